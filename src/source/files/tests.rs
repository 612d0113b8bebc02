use super::super::shown_path;
use super::super::tracked::index;
use super::*;

fn walk_names(root: &Path) -> (Vec<String>, Vec<String>) {
    let shown = |p: &Path| Text::from(shown_path(p, root));
    let walk = walk(root, |n| n.ends_with(".tf"), shown);
    let names = walk
        .folders
        .iter()
        .flat_map(|(folder, names)| names.iter().map(|n| shown_path(&folder.join(n), root)).collect::<Vec<_>>());
    let problems = walk.problems.iter().map(|p| format!("{}: {}", p.file.as_deref().unwrap_or("-"), p.message));
    (names.collect(), problems.collect())
}

fn tree(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    dir
}

#[test]
fn caches_and_hidden_folders_are_not_entered() {
    let dir = tree(&[
        "main.tf",
        "b/a.tf",
        "b/readme.md",
        ".hidden/x.tf",
        ".terraform/modules/m/x.tf",
        ".terragrunt-cache/x/x.tf",
        "node_modules/p/x.tf",
        "folder.tf/inner.tf",
    ]);
    let (names, problems) = walk_names(dir.path());
    assert_eq!(names, ["folder.tf", "main.tf", "b/a.tf", "folder.tf/inner.tf"]);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn gitignore_holds_in_a_work_tree_only() {
    let dir = tree(&["main.tf", "gen/x.tf"]);
    fs::write(dir.path().join(".gitignore"), "gen/\n").unwrap();
    assert_eq!(walk_names(dir.path()).0, ["main.tf", "gen/x.tf"]);
    fs::create_dir(dir.path().join(".git")).unwrap();
    assert_eq!(walk_names(dir.path()).0, ["main.tf"]);
    // A folder that is asked for by name is walked all the same.
    assert_eq!(walk_names(&dir.path().join("gen")).0, ["x.tf"]);
}

#[test]
fn what_git_keeps_is_not_ignored() {
    let files = ["main.tf", "new.tf", "gen/x.tf", ".hidden/y.tf", "node_modules/p/z.tf", "other/o.tf", "in/i.tf"];
    let dir = tree(&files);
    fs::create_dir(dir.path().join(".git")).unwrap();
    fs::create_dir(dir.path().join("in/.git")).unwrap();
    fs::write(dir.path().join(".gitignore"), "*\n!in\n").unwrap();
    fs::write(dir.path().join("in/.gitignore"), "*.tf\n").unwrap();
    assert_eq!(walk_names(dir.path()).0, [] as [&str; 0]);
    let kept = [".hidden/y.tf", "gen/x.tf", "gone.tf", "main.tf", "node_modules/p/z.tf", "other/o.tf"];
    fs::write(dir.path().join(".git/index"), index(2, 20, &kept)).unwrap();
    assert_eq!(walk_names(dir.path()).0, ["main.tf", "gen/x.tf", "other/o.tf"]);
    assert_eq!(walk_names(&dir.path().join("gen")).0, ["x.tf"]);
    // A list of somebody's own says what is not wanted, kept or not.
    fs::write(dir.path().join(".ignore"), "other\n").unwrap();
    assert_eq!(walk_names(dir.path()).0, ["main.tf", "gen/x.tf"]);
    // A repository in the folder has an index of its own.
    fs::write(dir.path().join("in/.git/index"), index(2, 20, &["i.tf"])).unwrap();
    assert_eq!(walk_names(dir.path()).0, ["main.tf", "gen/x.tf", "in/i.tf"]);
    fs::write(dir.path().join(".git/index"), "DIRC").unwrap();
    assert_eq!(walk_names(dir.path()).0, ["in/i.tf"]);
}

#[test]
fn a_folder_that_is_asked_for_is_not_ignored_by_what_stands_above() {
    let dir = tree(&["main.tf", "gen/x.tf", "gen/deep/y.tf"]);
    fs::create_dir(dir.path().join(".git")).unwrap();
    for list in ["gen/*\n", "gen/**\n", "/gen\n", "*.tf\n"] {
        fs::write(dir.path().join(".gitignore"), list).unwrap();
        assert_eq!(walk_names(&dir.path().join("gen")).0, ["x.tf", "deep/y.tf"], "{list}");
    }
}

/// Each pattern with a wildcard takes hundreds of times its text.
#[test]
fn lists_of_very_many_patterns_are_not_respected() {
    let dir = tree(&["main.tf", "gen/x.tf"]);
    fs::create_dir(dir.path().join(".git")).unwrap();
    let check = |list: &str, expected: &[&str], problems: usize| {
        fs::write(dir.path().join(".gitignore"), format!("gen/\n{list}")).unwrap();
        let (names, told) = walk_names(dir.path());
        assert_eq!(
            (names.as_slice(), told.len()),
            (expected.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>().as_slice(), problems),
            "{told:?}"
        );
        assert!(told.iter().all(|told| told.contains("too long to be respected")), "{told:?}");
    };
    let names = |count: usize| (0..count).map(|at| format!("name{at}\n")).collect::<String>();
    check(&names(10_000), &["main.tf"], 0);
    check(&names(10_000).replace("name", "na*me"), &["main.tf", "gen/x.tf"], 1);
    check(&names(60_000), &["main.tf", "gen/x.tf"], 1);
}

#[cfg(unix)]
#[test]
fn links_stay_inside_and_circles_are_named() {
    use std::os::unix::fs::symlink;
    let dir = tree(&["in/main.tf", "out/other.tf"]);
    let inside = dir.path().join("in");
    symlink("main.tf", inside.join("same.tf")).unwrap();
    symlink("../out/other.tf", inside.join("other.tf")).unwrap();
    symlink("../out", inside.join("folder")).unwrap();
    symlink("nothing", inside.join("gone.tf")).unwrap();
    symlink("nothing", inside.join("gone.txt")).unwrap();
    symlink(".", inside.join("circle")).unwrap();
    symlink("self.tf", inside.join("self.tf")).unwrap();
    let (names, problems) = walk_names(&inside);
    assert_eq!(names, ["main.tf", "same.tf"]);
    assert_eq!(
        problems,
        [
            "circle: the link leads back to itself",
            "folder: the link leads out of the checked folder and is not followed",
            "gone.tf: the link leads nowhere",
            "other.tf: the link leads out of the checked folder and is not followed",
            "self.tf: the link leads back to itself",
        ]
    );
}

#[track_caller]
fn check_decode(bytes: &[u8], expected: &str) {
    let found = decode(bytes.to_vec()).unwrap_or_else(|e| e.to_string());
    assert_eq!(found, expected);
}

#[test]
fn text_is_utf_8() {
    check_decode(b"a = 1\n", "a = 1\n");
    check_decode("\u{feff}é".as_bytes(), "\u{feff}é");
    check_decode(b"a\n\xe9", "the file is not UTF-8 text: line 2 holds other bytes");
    check_decode(b"a\n\nb\0", "the file holds a NUL byte in line 3; it is not text");
    let utf16: Vec<u8> = "a = 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_decode(&utf16, "the file is UTF-16 text; Terraform reads UTF-8 only");
    check_decode(&[&[0xfe, 0xff], &*utf16].concat(), "the file is UTF-16 text; Terraform reads UTF-8 only");
    check_decode(b"\0\0\0\0", "the file holds a NUL byte in line 1; it is not text");
}

#[test]
fn what_is_no_file_is_refused_unopened() {
    let dir = tempfile::tempdir().unwrap();
    let error = |path: &Path| read_text(path).unwrap_err().to_string();
    assert_eq!(error(dir.path()), "this is a folder, not a file");
    assert_eq!(error(&dir.path().join("x")), "no such file");
    let big = dir.path().join("big");
    fs::File::create(&big).unwrap().set_len(MAX_FILE_SIZE + 1).unwrap();
    assert_eq!(error(&big), "the file is larger than 16 MiB, the most that is read");
    #[cfg(unix)]
    {
        assert_eq!(error(Path::new("/dev/null")), "this is a device, not a file");
        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(error(&socket), "this is a socket, not a file");
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if made.is_ok_and(|s| s.success()) {
            assert_eq!(error(&pipe), "this is a named pipe, not a file");
        }
    }
}

#[test]
#[cfg(unix)]
fn many_entries_are_found_once_on_several_threads() {
    let files: Vec<String> = (0..=FEW_ENTRIES).map(|at| format!("f{}/a{at}.tf", at % 7)).collect();
    let dir = tree(&files.iter().map(String::as_str).collect::<Vec<_>>());
    for folder in 0..7 {
        std::os::unix::fs::symlink("nowhere", dir.path().join(format!("f{folder}/link"))).unwrap();
    }
    let walked = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| walk_names(dir.path()))
    };
    let (names, problems) = walked(1);
    assert_eq!((names.len(), problems.len()), (FEW_ENTRIES + 1, 7));
    assert_eq!(walked(4), (names, problems));
}
