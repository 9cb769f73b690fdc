//! Proves that a reload replaces everything at once, drops nothing, and refuses what is bad.

use crate::client::{BAD, NEW, OLD, PAGE, Service, pack_file};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn reload_under_load_shows_no_mixture() {
    let folder = tempfile::tempdir().unwrap();
    pack_file(folder.path(), OLD);
    let service = Service::start(&["--rules", folder.path().to_str().unwrap(), "--strip", "rules", "--queue", "1000"]);
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
