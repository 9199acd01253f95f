//! Words that have no place in what is handed out. (They are written in two pieces here, since this file is read too.)

use super::File;

const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
const REGISTRIES: &[&str] = &[
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("//crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("deb.debian", ".org"),
    concat!("docker", ".io"),
    concat!("ghcr", ".io"),
];
const MACHINES: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];
/// Homes that are nobody's: those of examples, and Homebrew's on Linux.
const NOBODYS: &[&str] = &["ana", "linuxbrew", "you"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            let unfinished =
                UNFINISHED.iter().filter(|word| is_a_word_of(line, word)).map(|w| (w, "is unfinished"));
            let hosts =
                REGISTRIES.iter().filter(|host| line.contains(*host)).map(|h| (h, "names a registry's host"));
            let paths = MACHINES
                .iter()
                .filter(|path| is_somebodys(line, path))
                .map(|p| (p, "is a path of one machine"));
            for (found, why) in unfinished.chain(hosts).chain(paths) {
                complaints.push(format!("{}:{}: {found} {why}", file.path, number + 1));
            }
        }
    }
    complaints
}

fn is_a_word_of(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
}

fn is_somebodys(line: &str, path: &str) -> bool {
    line.split(path).skip(1).any(|rest| {
        let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        !NOBODYS.contains(&name)
    })
}

#[test]
fn complains_of_each_such_word() {
    for word in UNFINISHED {
        assert_eq!(check(&[File::new("src/a.rs", &format!("// {word}: later"))]).len(), 1, "{word}");
    }
    for word in REGISTRIES.iter().chain(MACHINES) {
        assert!(!check(&[File::new("README.md", &format!("see https:/{word}x"))]).is_empty(), "{word}");
    }
    let example = concat!("/ho", "me/ana/facturo and /ho", "me/linuxbrew/");
    assert!(check(&[File::new("README.md", example)]).is_empty());
    assert!(check(&[File::new("README.es.md", "todo, TODOS, crates.io, ./work")]).is_empty());
}
