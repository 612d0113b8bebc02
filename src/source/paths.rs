//! Paths as texts: in their normal form, and as people see them. Looks at no file.

use std::path::{Component, Path, PathBuf};

/// The same path without `.` and with `..` resolved by the text alone, as Terraform joins module sources.
pub fn normalize(path: &Path) -> PathBuf {
    // Every call of a module comes through here, and nearly all paths are text.
    if let Some(text) = path.to_str().filter(|_| cfg!(unix)) {
        return normalized_text(text).into();
    }
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match normal.components().next_back() {
                Some(Component::Normal(_)) => {
                    normal.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => normal.push(".."),
            },
            other => normal.push(other),
        }
    }
    normal
}

/// A path whose steps are separated by slashes only.
fn normalized_text(path: &str) -> String {
    let root = usize::from(path.starts_with('/'));
    // Up to the first step that is odd nothing changes: sources of modules are joined to folders that are normal.
    let is_odd = |pair: &[u8]| matches!(pair, [b'/', b'/' | b'.']);
    let first_odd = || path.as_bytes().windows(2).position(is_odd);
    let plain = match root {
        0 => 0,
        _ => first_odd().unwrap_or(path.trim_end_matches('/').len()).max(root),
    };
    let mut normal = String::with_capacity(path.len());
    normal.push_str(&path[..plain]);
    for step in path[plain..].split('/') {
        let is_at_top = normal.len() == root;
        match step {
            "" | "." => {}
            // Nothing lies above the root.
            ".." if is_at_top && root > 0 => {}
            ".." if !is_at_top && normal != ".." && !normal.ends_with("/..") => {
                normal.truncate(normal.rfind('/').unwrap_or_default().max(root));
            }
            _ => {
                if !is_at_top {
                    normal.push('/');
                }
                normal.push_str(step);
            }
        }
    }
    normal
}

/// A path as shown to people: relative to `working_dir` where the two share a folder, with forward slashes. Both are
/// absolute and normal.
pub fn shown_path(path: &Path, working_dir: &Path) -> String {
    // Nearly all lie below it.
    let below = path.as_os_str().as_encoded_bytes().strip_prefix(working_dir.as_os_str().as_encoded_bytes());
    if let Some([b'/', name @ ..]) = below.filter(|_| cfg!(unix)) {
        return String::from_utf8_lossy(name).into_owned();
    }
    if let (Some(path), Some(working_dir), true) = (path.to_str(), working_dir.to_str(), cfg!(unix)) {
        return shown_from_elsewhere(path, working_dir);
    }
    let shared = path.components().zip(working_dir.components()).take_while(|(a, b)| a == b).count();
    let is_normal = |c: &Component| matches!(c, Component::Normal(_));
    let relative: Vec<_> = if path.components().take(shared).any(|c| is_normal(&c)) {
        let up = working_dir.components().skip(shared).map(|_| "..".into());
        up.chain(path.components().skip(shared).map(|c| c.as_os_str().to_string_lossy())).collect()
    } else {
        return path.to_string_lossy().replace('\\', "/");
    };
    if relative.is_empty() { ".".to_owned() } else { relative.join("/") }
}

/// A path as it is shown from a folder that it does not lie in. Steps of both are separated by slashes only.
fn shown_from_elsewhere(path: &str, folder: &str) -> String {
    let same = path.bytes().zip(folder.bytes()).take_while(|(a, b)| a == b).count();
    let is_end = |text: &str| matches!(text.as_bytes().get(same), None | Some(b'/'));
    let shared = match is_end(path) && is_end(folder) {
        true => same,
        false => path.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').unwrap_or(0),
    };
    if shared == 0 {
        return path.replace('\\', "/");
    }
    let up = folder[shared..].matches('/').count();
    let below = path[shared..].trim_start_matches('/');
    match (up, below) {
        (0, "") => ".".to_owned(),
        (_, "") => vec![".."; up].join("/"),
        _ => "../".repeat(up) + below,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_relative_to_the_working_folder() {
        for (path, expected) in [
            ("/w/repo/a/main.tf", "a/main.tf"),
            ("/w/repo", "."),
            ("/w/other/x.tf", "../other/x.tf"),
            ("/w/repository/x.tf", "../repository/x.tf"),
            ("/w/re/x.tf", "../re/x.tf"),
            ("/w", ".."),
            ("/w/é", "../é"),
            ("/etc/x.tf", "/etc/x.tf"),
            ("/", "/"),
        ] {
            assert_eq!(shown_path(Path::new(path), Path::new("/w/repo")), expected);
        }
        assert_eq!(shown_path(Path::new("/a/b"), Path::new("/a/c/d/e")), "../../../b");
        assert_eq!(shown_path(Path::new("/a/è"), Path::new("/a/é")), "../è");
        assert_eq!(shown_path(Path::new("/a"), Path::new("/")), "/a");
    }

    #[test]
    fn steps_up_are_resolved_by_the_text() {
        for (path, expected) in [
            ("/a/./b/../c", "/a/c"),
            ("/../a", "/a"),
            ("../../a/..", "../.."),
            ("/", "/"),
            ("/..", "/"),
            ("/a/..", "/"),
            ("/a//b/", "/a/b"),
            ("/a/.b/../../c/.", "/c"),
            ("/a/b/../../../c", "/c"),
            ("/a.b/..c/d", "/a.b/..c/d"),
            ("", ""),
            ("./a/./b", "a/b"),
            ("a/../..", ".."),
            ("..", ".."),
        ] {
            assert_eq!(normalize(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
