//! Network file systems: their locks and their `fsync` do not keep what PostgreSQL relies on.

use std::path::Path;

use nix::sys::statfs::statfs;

/// The kind of network file system that the path is on, if it is on one. Where nothing can be found out, none.
#[cfg(target_os = "linux")]
pub(super) fn network_file_system(path: &Path) -> Option<String> {
    use nix::sys::statfs::FUSE_SUPER_MAGIC;

    let kind = statfs(path).ok()?.filesystem_type();
    if kind == FUSE_SUPER_MAGIC {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
        return network_fuse(mount_type(&mounts, path)?).map(Into::into);
    }
    // The width of this number differs between platforms, its 32 bits do not.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::unnecessary_cast)]
    network_magic(kind.0 as u32).map(Into::into)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn network_file_system(path: &Path) -> Option<String> {
    let stat = statfs(path).ok()?;
    let name = stat.filesystem_type_name();
    let known = ["nfs", "smbfs", "cifs", "afpfs", "webdav", "ftp", "macfuse", "osxfuse"];
    known.contains(&name).then(|| name.to_owned())
}

/// Magic numbers from `linux/magic.h` and the file systems' own sources.
#[cfg(target_os = "linux")]
fn network_magic(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "nfs",
        0x0000_517B | 0xFF53_4D42 | 0xFE53_4D42 => "smb",
        0x0000_564C => "ncp",
        0x5346_414F | 0x6B41_4653 => "afs",
        0x7375_7245 => "coda",
        0x0102_1997 => "9p",
        0x00C3_6400 => "ceph",
        0x0BD0_0BD0 => "lustre",
        _ => return None,
    })
}

/// FUSE also carries local file systems, so only what is known to be remote is refused.
#[cfg(target_os = "linux")]
fn network_fuse(kind: &str) -> Option<&str> {
    const REMOTE: [&str; 18] = [
        "sshfs",
        "rclone",
        "s3fs",
        "s3ql",
        "goofys",
        "mountpoint-s3",
        "gcsfuse",
        "blobfuse",
        "blobfuse2",
        "davfs",
        "davfs2",
        "curlftpfs",
        "glusterfs",
        "ceph-fuse",
        "juicefs",
        "gvfsd-fuse",
        "onedriver",
        "smbnetfs",
    ];
    kind.strip_prefix("fuse.").filter(|name| REMOTE.contains(name))
}

/// The type of the innermost mount that holds the path, from the text of `/proc/self/mountinfo`.
#[cfg(target_os = "linux")]
fn mount_type<'a>(mounts: &'a str, path: &Path) -> Option<&'a str> {
    let mut innermost: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let (mount, rest) = line.split_once(" - ")?;
        let point = mount.split(' ').nth(4)?.replace("\\040", " ");
        let depth = Path::new(&point).components().count();
        // Of two mounts on one point the later hides the earlier.
        if path.starts_with(&point) && innermost.is_none_or(|(deepest, _)| depth >= deepest) {
            innermost = Some((depth, rest.split(' ').next()?));
        }
    }
    innermost.map(|(_, kind)| kind)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /home rw - fuse.fuse-overlayfs overlay rw
31 30 0:41 / /home/ana/remote\\040disk rw,nosuid - fuse.sshfs ana@host:/ rw
32 22 0:42 / /srv rw - ext4 /dev/vdb rw
33 22 0:43 / /srv rw - fuse.rclone drive: rw
";

    #[test]
    fn knows_network_file_systems_by_their_magic() {
        assert_eq!(network_magic(0x6969), Some("nfs"));
        assert_eq!(network_magic(0xFF53_4D42), Some("smb"));
        assert_eq!(network_magic(0xFE53_4D42), Some("smb"));
        assert_eq!(network_magic(0x0102_1997), Some("9p"));
        for local in [0xEF53, 0x9123_683E, 0x5846_5342, 0x794C_7630, 0x0102_1994] {
            assert_eq!(network_magic(local), None, "{local:x}");
        }
    }

    #[test]
    fn tells_remote_from_local_fuse() {
        let kind = |path| mount_type(MOUNTS, Path::new(path)).and_then(network_fuse);
        assert_eq!(kind("/home/ana/remote disk/facturo"), Some("sshfs"));
        assert_eq!(kind("/home/ana/facturo"), None);
        assert_eq!(kind("/srv/facturo"), Some("rclone"));
        assert_eq!(kind("/var/lib/facturo"), None);
    }

    #[test]
    fn takes_this_disk_for_local() {
        assert_eq!(network_file_system(Path::new("/")), None);
    }
}
