//! What happens to a server: sessions that are ended, processes that are killed, starts anew, and no room.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use super::tally::{ROWS, Tally};
use crate::support::cluster::Cluster;

const OURS: &str = "FROM pg_stat_activity WHERE application_name = 'facturo'";
const PAUSE: Duration = Duration::from_millis(5);

#[test]
fn sessions_that_are_ended_or_killed_and_servers_that_start_anew_lose_nothing() {
    let mut cluster = Cluster::new("");
    let mut tally = Tally::open(&format!("{}postgres", cluster.url()));
    tally.write(20, PAUSE);
    cluster.execute(&format!("SELECT pg_terminate_backend(pid) {OURS}"));
    tally.write(20, PAUSE);
    // one session's death has the server end all others and recover
    let pids = cluster.rows(&format!("SELECT pid {OURS}"));
    kill(Pid::from_raw(pids[0][0].parse().unwrap()), Signal::SIGKILL).unwrap();
    tally.write(20, PAUSE);
    tally.settle();
    tally.assert_equals(cluster.rows(ROWS));
    tally.write(10, PAUSE);
    cluster.restart();
    tally.write(10, PAUSE);
    cluster.kill();
    tally.write(10, PAUSE);
    cluster.start();
    tally.settle();
    tally.assert_equals(cluster.rows(ROWS));
}

#[test]
fn connections_that_are_used_up_are_waited_for_or_said_to_be() {
    let cluster = Cluster::new("max_connections = 8\nsuperuser_reserved_connections = 3");
    cluster.execute(
        "CREATE ROLE ana LOGIN; GRANT ALL ON SCHEMA public TO ana; GRANT CREATE ON DATABASE postgres TO ana",
    );
    let url = cluster.url().replace("postgres@", "ana@");
    // five are left for all who are no superuser, and each process wants up to eight
    let mut tallies = [Tally::open(&format!("{url}postgres")), Tally::open(&format!("{url}postgres"))];
    for tally in &mut tallies {
        tally.write(20, Duration::ZERO);
    }
    let refusals: Vec<_> = tallies.iter_mut().flat_map(Tally::settle).collect();
    assert!(refusals.iter().all(|text| text.contains("max_connections")), "{refusals:?}");
    assert_eq!(cluster.rows("SELECT count(*) FROM invoices"), [["40"]]);
}

/// A file system of its own, unmounted at the end.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Option<Self> {
        let user = crate::scratch::server_user();
        let options = format!("size=24m,mode=700,uid={},gid={}", user.uid, user.gid);
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}

#[test]
fn a_full_disk_is_called_so_and_harms_nothing() {
    let cluster = Cluster::new("");
    let dir = cluster.make_dir("disk");
    let Some(disk) = Disk::mount(&dir) else {
        return crate::support::skip("needs root, and leave to mount a file system");
    };
    cluster.execute(&format!("CREATE TABLESPACE disk LOCATION '{}'", dir.display()));
    cluster.execute("CREATE DATABASE books TABLESPACE disk");
    let mut tally = Tally::open(&format!("{}books", cluster.url()));
    tally.write(10, Duration::ZERO);
    assert_eq!(tally.settle(), Vec::<String>::new());
    let filler = disk.0.join("filler");
    let _ = fs::write(&filler, vec![0; 24 << 20]); // until there is no more
    tally.write(60, Duration::ZERO);
    let told = tally.first_refusal();
    assert!(told.contains("disk is full"), "{told}");
    tally.session.call("list_invoices", json!({}));
    fs::remove_file(&filler).unwrap();
    tally.settle();
    tally.assert_equals(cluster.rows_in("books", ROWS));
    drop(tally);
    cluster.execute("DROP DATABASE books WITH (FORCE)");
}
