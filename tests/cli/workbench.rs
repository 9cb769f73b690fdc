//! A fresh folder with pages, and the binary run in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A page: an article between a menu and a footer.
pub const PAGE: &str = "<html lang=en><head><title>The harbour</title></head><body><nav><a href=/>Home</a> <a href=/s>Sport</a></nav>\
    <article><h1>The harbour</h1><p>The harbour opened again on Monday, and the first ships came in before noon.</p>\
    <p>Nobody had expected so many of them, the master of the port said.</p></article></body></html>\n";
/// What is left of it as text.
pub const KEPT: &str = "The harbour opened again on Monday, and the first ships came in before noon.";
/// A pack with one rule.
pub const PACK: &str = "about = \"Promotions of one site\"\n\n[[rule]]\nid = \"promo\"\nwhy = \"The promotion box sells something\"\n\
    select = \".promo-box-x\"\nhit = ['<p>The port opened on Monday.</p><div class=\"promo-box-x\">Buy two</div>']\n\
    miss = ['<p>The port opened on Monday.</p>']\n";

/// A folder to work in.
pub struct Workbench {
    folder: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Workbench {
    pub fn new() -> Self {
        Workbench { folder: TempDir::new().unwrap() }
    }

    /// A folder with `page.html`.
    pub fn with_page() -> Self {
        let bench = Workbench::new();
        bench.write("page.html", PAGE);
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}; there is {:?}", self.files()))
    }

    /// All files below the folder, by name.
    pub fn files(&self) -> Vec<String> {
        fn walk(folder: &Path, base: &Path, into: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, base, into);
                } else {
                    into.push(path.strip_prefix(base).unwrap().display().to_string());
                }
            }
        }
        let mut files = Vec::new();
        walk(self.folder.path(), self.folder.path(), &mut files);
        files.sort();
        files
    }

    /// The binary, ready to be run here.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_naqi"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("NAQI_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments))
    }

    /// Runs it and asks for an exit code.
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:#?}");
        ran
    }

    pub fn run_with_env(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        ran(command)
    }

    pub fn run_with_stdin(&self, stdin: impl AsRef<[u8]>, arguments: &[&str]) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let (mut to, bytes) = (child.stdin.take().unwrap(), stdin.as_ref().to_vec());
        let writer = std::thread::spawn(move || {
            // The command may end without reading all of it.
            let _ = to.write_all(&bytes);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        of(output)
    }
}

fn ran(mut command: Command) -> Ran {
    of(command.output().unwrap())
}

fn of(output: std::process::Output) -> Ran {
    Ran { code: output.status.code().unwrap_or(-1), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}

/// A page of about this many bytes that any mode can clean.
pub fn long_page(bytes: usize) -> String {
    let mut page = String::from("<html><body><article><h1>Long</h1>");
    let mut number = 0;
    while page.len() < bytes {
        number += 1;
        page.push_str(&format!("<p>This is sentence number {number} of a long report, and it says little, as such sentences do.</p>\n"));
    }
    page + "<p>Here the report ends with its very last words.</p></article></body></html>"
}
