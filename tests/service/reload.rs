//! Proves that a reload replaces everything at once, drops nothing, and refuses what is bad.

use crate::client::{BAD, NEW, OLD, PAGE, Service, pack_file};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn reload_under_load_shows_no_mixture() {
    let folder = tempfile::tempdir().unwrap();
    pack_file(folder.path(), OLD);
    // The watch would read the changes too, and refuse the bad one a second time.
    let rules = folder.path().to_str().unwrap();
    let mut service = Service::start(&["--rules", rules, "--strip", "rules", "--queue", "1000", "--log-format", "json", "--set", "serve.watch=off"]);
    let [old, new] = [OLD, NEW].map(|pack| {
        pack_file(folder.path(), pack);
        assert_eq!(service.ask("POST", "/-/reload", &[], b"").status, 200);
        service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).body
    });
    assert_ne!(old, new);
    let stop = AtomicBool::new(false);
    let counts = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = [0; 2];
                    while !stop.load(Ordering::Relaxed) || seen.iter().sum::<usize>() < 2500 {
                        let answer = service.ask("POST", "/v1/clean", &[], PAGE.as_bytes());
                        assert_eq!(answer.status, 200, "{}", answer.text());
                        assert!(answer.body == old || answer.body == new, "{}", answer.text());
                        seen[usize::from(answer.body == new)] += 1;
                    }
                    seen
                })
            })
            .collect();
        for round in 0..50 {
            pack_file(folder.path(), if round % 2 == 0 { OLD } else { NEW });
            assert_eq!(service.ask("POST", "/-/reload", &[], b"").status, 200);
        }
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).fold([0; 2], |sum, seen| [sum[0] + seen[0], sum[1] + seen[1]])
    });
    assert!(counts[0] > 0 && counts[1] > 0 && counts[0] + counts[1] >= 10_000, "{counts:?}");

    pack_file(folder.path(), BAD);
    let refused = service.ask("POST", "/-/reload", &[], b"").is_problem(422);
    assert_eq!(refused["mistakes"][0]["line"], 5, "{refused}");
    assert_eq!(service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).body, new);
    assert!(service.ask("GET", "/metrics", &[], b"").text().contains("naqi_reloads_total{outcome=\"refused\"} 1"));
    service.child.kill().unwrap();
    let log = service.log();
    let refused: Vec<&String> = log.iter().filter(|line| line.contains("reload is refused") || line.contains("not a CSS selector")).collect();
    assert!(refused.len() >= 2 && refused.iter().all(|line| line.matches("\"message\":").count() == 1), "{refused:?}");
}

/// Asks until the answer is as wanted.
fn await_answer(service: &Service, wanted: impl Fn(&str) -> bool) {
    let begun = Instant::now();
    while !wanted(service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).text()) {
        assert!(begun.elapsed() < Duration::from_secs(15), "the change was not seen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn changed_files_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    // As Kubernetes mounts a ConfigMap: files are links into a folder that is swapped whole.
    let mount = folder.path().join("rules");
    for (version, pack) in [("..1", OLD), ("..2", NEW)] {
        std::fs::create_dir_all(mount.join(version)).unwrap();
        std::fs::write(mount.join(version).join("own.toml"), pack).unwrap();
    }
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, mount.join(at)).unwrap();
    link("..1", "..data");
    link("..data/own.toml", "own.toml");
    let settings = folder.path().join("naqi.toml");
    std::fs::write(&settings, "strip.mode = \"rules\"\n").unwrap();
    let service = Service::start(&["--rules", mount.to_str().unwrap(), "--config", settings.to_str().unwrap()]);
    await_answer(&service, |page| page.contains("قاعة") && !page.contains("markword"));
    link("..2", "..data_tmp");
    std::fs::rename(mount.join("..data_tmp"), mount.join("..data")).unwrap();
    await_answer(&service, |page| !page.contains("قاعة"));
    std::fs::write(&settings, "strip.mode = \"off\"\n").unwrap();
    await_answer(&service, |page| page.contains("markword"));
    std::fs::write(&settings, "strip.mode = \"of\"\n").unwrap();
    std::thread::sleep(Duration::from_secs(1));
    await_answer(&service, |page| page.contains("markword"));
    assert!(service.ask("GET", "/metrics", &[], b"").text().contains("naqi_reloads_total{outcome=\"refused\"} 1"));
    std::fs::write(&settings, "strip.mode = \"rules\"\n").unwrap();
    await_answer(&service, |page| !page.contains("markword"));
    service.signal("-HUP");
    await_answer(&service, |page| !page.contains("markword"));
}

#[test]
fn a_folder_put_in_the_place_of_another_is_read_and_noise_beside_is_not() {
    let folder = tempfile::tempdir().unwrap();
    for (version, pack) in [("1", OLD), ("2", NEW), ("3", OLD)] {
        std::fs::create_dir_all(folder.path().join(version)).unwrap();
        pack_file(&folder.path().join(version), pack);
    }
    // As a deployment does it: the name is a link to the release that counts.
    let (current, next) = (folder.path().join("current"), folder.path().join("next"));
    let swap = |to: &str| {
        std::os::unix::fs::symlink(to, &next).unwrap();
        std::fs::rename(&next, &current).unwrap();
    };
    swap("1");
    let service = Service::start(&["--rules", current.to_str().unwrap(), "--strip", "rules"]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // A log that is written beside it all the time.
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                std::fs::write(folder.path().join("noise.log"), "a line\n").unwrap();
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let _stop = StopAtEnd(&stop);
        await_answer(&service, |page| page.contains("قاعة"));
        swap("2");
        await_answer(&service, |page| !page.contains("قاعة"));
        // What was swapped in is watched as well: a file of it, and the folder itself.
        pack_file(&folder.path().join("2"), OLD);
        await_answer(&service, |page| page.contains("قاعة"));
        std::fs::remove_file(&current).unwrap();
        std::fs::rename(folder.path().join("3"), &current).unwrap();
        pack_file(&current, NEW);
        await_answer(&service, |page| !page.contains("قاعة"));
        std::thread::sleep(Duration::from_secs(4));
        let metrics = service.ask("GET", "/metrics", &[], b"");
        let reloads = metrics.text().lines().find_map(|line| line.strip_prefix("naqi_reloads_total{outcome=\"success\"} ")).unwrap();
        assert!((3..=5).contains(&reloads.parse::<u32>().unwrap()), "{reloads} reloads");
    });
}

struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
