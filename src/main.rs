//! The facturo program: see `facturo --help`, and README.md.

fn main() -> std::process::ExitCode {
    facturo::cli::run()
}
