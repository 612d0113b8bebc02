//! Inputs that once broke something, or look as if they might: `fixtures/regressions/<check>/*` replayed with the
//! checks that the fuzz targets make.

use std::fs;
use std::path::Path;

#[path = "support/checks/mod.rs"]
mod checks;

#[test]
fn no_input_breaks_anything() {
    let folder = Path::new("fixtures/regressions");
    let mut known: Vec<_> = fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    known.sort();
    assert_eq!(known, checks::ALL.map(|(name, _)| name), "a folder for each check");
    for (name, check) in checks::ALL {
        let mut paths: Vec<_> =
            fs::read_dir(folder.join(name)).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            let input = fs::read(&path).expect("a file");
            let outcome = std::panic::catch_unwind(|| check(&input));
            assert!(outcome.is_ok(), "{} breaks something, see above", path.display());
        }
    }
}
