//! The private PostgreSQL comes up, is shared, heals after any death, and goes when nobody needs it.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use facturo::database::private_server::{PrivateServer, default_data_dir, describe};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};

use crate::scratch::{
    FACTURO, Scratch, children, comes_true, connect, host, host_as, is_running, is_up, server_user,
};
use crate::support::skip;

#[tokio::test]
async fn eight_starts_together_make_one_server() {
    let scratch = Scratch::new("eight");
    let mut hosts: Vec<_> = (0..8).map(|_| host(&scratch.settings)).collect();
    hosts.iter_mut().for_each(is_up);
    assert_eq!(scratch.log().matches("running bootstrap script").count(), 1);
    assert_eq!(scratch.log().matches("starting PostgreSQL").count(), 1);
    assert!(fs::metadata(scratch.data()).unwrap().permissions().mode() & 0o077 == 0);
}

#[tokio::test]
async fn nothing_of_a_host_s_environment_outlives_it() {
    let scratch = Scratch::new("environment");
    let _server = PrivateServer::start(&scratch.settings).await.unwrap();
    for process in [scratch.supervisor().unwrap(), scratch.postmaster()] {
        let environment = fs::read_to_string(format!("/proc/{process}/environ")).unwrap();
        let names = environment.split_terminator('\0').filter_map(|set| set.split_once('='));
        let ours = ["PATH", "LC_ALL", "TZ"];
        assert_eq!(names.map(|(name, _)| name).find(|name| !ours.contains(name)), None);
    }
}

#[tokio::test]
async fn heals_after_any_death_and_loses_nothing() {
    let mut scratch = Scratch::new("deaths");
    scratch.settings.durable = true; // without fsync and the like, acknowledged rows may be lost
    let first = PrivateServer::start(&scratch.settings).await.unwrap();
    connect(&first).await.batch_execute("CREATE TABLE acknowledged (n int)").await.unwrap();
    for round in 0..4_i32 {
        let mut user = host(&scratch.settings);
        is_up(&mut user);
        connect(&first).await.execute("INSERT INTO acknowledged VALUES ($1)", &[&round]).await.unwrap();
        let (postmaster, supervisor) = (scratch.postmaster(), scratch.supervisor().unwrap());
        let victims: &[Pid] = match round % 3 {
            0 => &[postmaster],
            1 => &[supervisor],
            _ => &[supervisor, postmaster],
        };
        for victim in victims {
            kill(*victim, Signal::SIGKILL).unwrap();
        }
        user.host.kill();
        assert!(comes_true(|| victims.iter().all(|victim| !is_running(*victim))).await);
        // Either way back: a host that is here already, or a new one.
        if round % 2 == 0 {
            first.ensure().await.unwrap();
        } else {
            PrivateServer::start(&scratch.settings).await.unwrap();
        }
        let rows = connect(&first).await.query_one("SELECT count(*) FROM acknowledged", &[]).await.unwrap();
        assert_eq!(rows.try_get::<_, i64>(0).unwrap(), i64::from(round) + 1);
        assert!(comes_true(|| !is_running(postmaster)).await, "two postmasters");
        assert_eq!(children(scratch.supervisor().unwrap()), [scratch.postmaster()]);
    }
}

#[tokio::test]
async fn heals_after_a_death_in_the_middle_of_initdb() {
    for victim in ["initdb", "supervisor"] {
        let scratch = Scratch::new(victim);
        let unfinished = scratch.data().join("postgres.new/base");
        let mut user = host(&scratch.settings);
        assert!(comes_true(|| unfinished.exists()).await);
        let supervisor = scratch.supervisor().unwrap();
        let initdb = children(supervisor);
        assert_eq!(initdb.len(), 1);
        kill(if victim == "initdb" { initdb[0] } else { supervisor }, Signal::SIGKILL).unwrap();
        is_up(&mut user); // the very host that had started it tries again
        assert!(!unfinished.exists());
        assert!(scratch.data().join("postgres/PG_VERSION").exists());
        assert_eq!(
            user.host.log().contains("could not be set up"),
            victim == "initdb",
            "{}",
            user.host.log()
        );
    }
}

#[tokio::test]
async fn a_killed_host_leaves_the_server_and_no_open_pipe() {
    let scratch = Scratch::new("pipe");
    let mut user = host(&scratch.settings);
    is_up(&mut user);
    user.host.kill();
    let postmaster = scratch.postmaster();
    assert!(is_running(postmaster));
    // Ends only when nobody has the other end any more.
    assert_eq!(user.host.output.read_to_end(&mut Vec::new()).unwrap(), 0);
    assert!(is_running(postmaster));
}

#[tokio::test]
async fn stops_after_its_last_user_and_not_before() {
    let mut scratch = Scratch::new("linger");
    scratch.settings.data_dir = scratch.root.join("a, \"b\" dir");
    let first = PrivateServer::start(&scratch.settings).await.unwrap();
    let second = PrivateServer::start(&scratch.settings).await.unwrap();
    let postmaster = scratch.postmaster();
    drop(first);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    connect(&second).await.simple_query("SELECT 1").await.unwrap();
    assert_eq!(scratch.postmaster(), postmaster);
    assert!(describe(&scratch.settings).await.unwrap().running);
    drop(second);
    assert!(comes_true(|| scratch.is_down()).await);
    assert!(!is_running(postmaster));
    assert!(scratch.log().contains("database system is shut down"));
    let description = describe(&scratch.settings).await.unwrap();
    assert!(!description.running && description.data_major >= Some(15));
}

#[tokio::test]
async fn stale_files_do_not_stop_it() {
    let mut scratch = Scratch::new("stale");
    scratch.settings.linger = Duration::ZERO;
    drop(PrivateServer::start(&scratch.settings).await.unwrap());
    assert!(comes_true(|| scratch.is_down()).await);
    // A process of the same user that has nothing to do with it, as after a restart of a container.
    let mut sleeper = Command::new("sleep");
    if geteuid().is_root() {
        sleeper.uid(server_user().uid.as_raw());
    }
    let mut sleeper = sleeper.arg("60").spawn().unwrap();
    let lock = format!("{}\n{}\n1\n5432\n\n\n 1 1\nready   \n", sleeper.id(), scratch.data().display());
    for file in ["postgres/postmaster.pid", "socket/.s.PGSQL.5432", "socket/.s.PGSQL.5432.lock"] {
        fs::write(scratch.data().join(file), &lock).unwrap();
    }
    let server = PrivateServer::start(&scratch.settings).await;
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    connect(&server.unwrap()).await.simple_query("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_server_that_somebody_else_started_is_left_alone() {
    let mut scratch = Scratch::new("by-hand");
    scratch.settings.linger = Duration::ZERO;
    drop(PrivateServer::start(&scratch.settings).await.unwrap());
    assert!(comes_true(|| scratch.is_down()).await);
    let bin = describe(&scratch.settings).await.unwrap().chosen.unwrap();
    let mut by_hand = Command::new(bin.join("postgres"));
    by_hand.arg("-D").arg(scratch.data().join("postgres")).args(["-c", "listen_addresses="]);
    by_hand.arg("-k").arg(scratch.data().join("socket")).current_dir("/").stderr(Stdio::null());
    if geteuid().is_root() {
        by_hand.uid(server_user().uid.as_raw()).gid(server_user().gid.as_raw());
    }
    let mut by_hand = by_hand.spawn().unwrap();
    let pid = Pid::from_raw(by_hand.id().cast_signed());
    assert!(comes_true(|| scratch.data().join("socket/.s.PGSQL.5432").exists()).await);
    let error = PrivateServer::start(&scratch.settings).await.unwrap_err().to_string();
    assert!(error.contains(&format!("Process {pid} is a PostgreSQL")), "{error}");
    kill(pid, Signal::SIGINT).unwrap();
    by_hand.wait().unwrap();
    PrivateServer::start(&scratch.settings).await.unwrap();
}

/// `cargo nextest run --run-ignored only --no-capture starts_within_its_budget`, on a machine that does nothing else.
#[tokio::test]
#[ignore = "measures"]
async fn starts_within_its_budget() {
    let mut scratch = Scratch::new("budget");
    scratch.settings.durable = true;
    scratch.settings.linger = Duration::ZERO;
    let mut took = Vec::new();
    for _ in 0..2 {
        let asked = Instant::now();
        let server = PrivateServer::start(&scratch.settings).await.unwrap();
        took.push(asked.elapsed());
        let asked = Instant::now();
        let second = PrivateServer::start(&scratch.settings).await.unwrap();
        took.push(asked.elapsed());
        drop((server, second));
        assert!(comes_true(|| scratch.is_down()).await);
    }
    let [cold, attach, warm, _] = took.as_slice() else { panic!() };
    writeln!(std::io::stderr(), "cold {cold:?}, warm {warm:?}, attach {attach:?}").unwrap();
    let limits = [(cold, 1200), (warm, 150), (attach, 5)];
    assert!(limits.iter().all(|(took, limit)| took.as_millis() <= *limit), "{took:?}");
}

#[tokio::test]
async fn a_removed_directory_is_made_anew() {
    let scratch = Scratch::new("removed");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let postmaster = scratch.postmaster();
    fs::rename(scratch.data(), scratch.root.join("elsewhere")).unwrap();
    assert!(comes_true(|| !is_running(postmaster)).await);
    server.ensure().await.unwrap();
    connect(&server).await.simple_query("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_long_path_has_its_socket_elsewhere() {
    let mut scratch = Scratch::new("long");
    scratch.settings.data_dir = scratch.root.join("x".repeat(120));
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    connect(&server).await.simple_query("SELECT 1").await.unwrap();
    let hosts = server.config().get_hosts().to_vec();
    let [tokio_postgres::config::Host::Unix(socket_dir)] = hosts.as_slice() else { panic!("{hosts:?}") };
    assert!(socket_dir.starts_with("/tmp"));
    assert_eq!(fs::metadata(socket_dir).unwrap().permissions().mode() & 0o777, 0o700);
    drop(server);
    assert!(comes_true(|| scratch.is_down()).await);
    assert!(!socket_dir.exists(), "nothing is left behind");
}

#[tokio::test]
async fn another_major_version_is_named() {
    let scratch = Scratch::new("major");
    scratch.make_data_dir();
    fs::create_dir(scratch.data().join("postgres")).unwrap();
    fs::write(scratch.data().join("postgres/PG_VERSION"), "12\n").unwrap();
    let error = PrivateServer::start(&scratch.settings).await.unwrap_err().to_string();
    let cluster = scratch.data().join("postgres");
    assert!(error.contains(cluster.to_str().unwrap()) && error.contains("PostgreSQL 12"), "{error}");
    assert_eq!(describe(&scratch.settings).await.unwrap().usable().unwrap_err().to_string(), error);

    fs::remove_file(cluster.join("PG_VERSION")).unwrap();
    fs::write(cluster.join("thesis.txt"), "not ours").unwrap();
    let error = PrivateServer::start(&scratch.settings).await.unwrap_err().to_string();
    assert!(error.contains("not a PostgreSQL data directory"), "{error}");
    assert!(cluster.join("thesis.txt").exists());
}

#[tokio::test]
async fn without_binaries_it_says_what_to_install() {
    let mut scratch = Scratch::new("none");
    let bin = scratch.root.join("bin");
    fs::create_dir(&bin).unwrap();
    scratch.settings.bin_dir = Some(bin.clone());
    let error = PrivateServer::start(&scratch.settings).await.unwrap_err().to_string();
    assert!(error.contains("FACTURO_POSTGRES_BIN") && error.contains(bin.to_str().unwrap()), "{error}");

    for (name, text) in
        [("postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 12.3'\n"), ("initdb", "#!/bin/sh\n")]
    {
        fs::write(bin.join(name), text).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let error = PrivateServer::start(&scratch.settings).await.unwrap_err().to_string();
    assert!(error.contains("12.3") && error.contains("apt install postgresql"), "{error}");
}

fn is_root(needed: &str) -> bool {
    let root = geteuid().is_root();
    if !root {
        skip(&format!("must be run {needed}"));
    }
    root
}

#[tokio::test]
async fn root_gives_the_server_to_somebody_else() {
    if !is_root("as root") {
        return;
    }
    let scratch = Scratch::new("root");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    connect(&server).await.simple_query("SELECT 1").await.unwrap();
    let user = server_user();
    for pid in [scratch.postmaster(), scratch.supervisor().unwrap()] {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = |name: &str| -> Vec<String> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(line("Uid:"), vec![user.uid.to_string(); 4]);
        assert_eq!(line("Gid:"), vec![user.gid.to_string(); 4]);
        assert_eq!(line("Groups:"), [user.gid.to_string()], "root's own groups are left");
    }
}

#[tokio::test]
async fn root_is_told_which_directory_is_closed() {
    if !is_root("as root") {
        return;
    }
    let mut scratch = Scratch::new("closed");
    let closed = scratch.root.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    scratch.settings.data_dir = closed.join("below/data");
    let error = PrivateServer::start(&scratch.settings).await.unwrap_err().to_string();
    assert!(error.contains(&format!("{} is closed to user", closed.display())), "{error}");
    assert!(error.contains("/var/lib/facturo"), "{error}");
}

#[tokio::test]
async fn an_ordinary_user_has_a_server_and_root_shares_it() {
    // for an ordinary user every other test is this one
    if !is_root("as root, who becomes an ordinary user") {
        return;
    }
    let mut scratch = Scratch::new("ordinary");
    let user = User::from_name("nobody").unwrap().unwrap();
    chown(&scratch.root, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    scratch.settings.data_dir = scratch.root.join("share/facturo");
    let executable = scratch.root.join("facturo"); // where that user gets at it
    fs::copy(FACTURO, &executable).unwrap();
    let mut host = host_as(&scratch.settings, Some(&user), &executable);
    is_up(&mut host);
    let postmaster = scratch.postmaster();
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    host.host.kill();
    // Root brings it back as the user that the data belongs to.
    kill(postmaster, Signal::SIGKILL).unwrap();
    assert!(comes_true(|| !is_running(postmaster)).await);
    server.ensure().await.unwrap();
    let mut host = host_as(&scratch.settings, Some(&user), &executable);
    is_up(&mut host);
}

#[test]
fn the_default_directory_is_where_the_platform_keeps_data() {
    let (home, xdg) = (Path::new("/home/ana"), Path::new("/data/ana"));
    let found = |home, xdg, root| default_data_dir(home, xdg, root).map(|path| path.display().to_string());
    let at_home = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
    assert_eq!(found(Some(home), None, false).unwrap(), format!("/home/ana/{at_home}/facturo"));
    assert_eq!(found(Some(home), Some(xdg), false).unwrap(), "/data/ana/facturo");
    assert_eq!(
        found(Some(home), Some(Path::new("relative")), false).unwrap(),
        format!("/home/ana/{at_home}/facturo")
    );
    assert_eq!(found(Some(home), Some(xdg), true).unwrap(), "/var/lib/facturo");
    assert!(found(None, None, false).unwrap_err().to_string().contains("FACTURO_DATA_DIR"));
}
