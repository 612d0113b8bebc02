//! Runs the binary in a folder of its own and shows what it did as one text.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with files, and a command to run in it.
pub struct Case {
    dir: TempDir,
    variables: Vec<(&'static str, &'static str)>,
}

/// What a run did.
pub struct Ran {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Case {
    /// A folder with these files in it.
    pub fn new(files: &[(&str, &str)]) -> Case {
        let case = Case { dir: TempDir::new().expect("a folder can be made"), variables: Vec::new() };
        for (name, text) in files {
            case.file(name, text.as_bytes());
        }
        case
    }

    /// Writes one more file.
    pub fn file(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        std::fs::write(path, bytes).expect("a file can be written");
    }

    /// The same with an environment variable.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Case {
        self.variables.push((name, value));
        self
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The text of a file that the run wrote.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("the file was written")
    }

    /// The command, ready to be run; nothing of the developer's environment reaches it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(env!("CARGO_BIN_EXE_tfcheck"), arguments)
    }

    fn prepared(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path()).env_clear().envs(self.variables.iter().copied());
        command.stdin(Stdio::null());
        command
    }

    /// The command with so many seconds of processor time, where the system has limits.
    fn command_within(&self, seconds: u32, arguments: &[&str]) -> Command {
        if cfg!(not(unix)) {
            return self.command(arguments);
        }
        let limit = ["-c", "ulimit -t \"$0\" && exec \"$@\"", &seconds.to_string(), env!("CARGO_BIN_EXE_tfcheck")];
        self.prepared("/bin/sh", &[&limit, arguments].concat())
    }

    /// Runs it.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.ran(self.command(arguments))
    }

    /// Runs it with so many seconds of processor time: what hangs, or takes time by the square of something, takes more.
    /// The clock on the wall says nothing about that where the machine is busy.
    pub fn run_within(&self, seconds: u32, arguments: &[&str]) -> Ran {
        let ran = self.ran(self.command_within(seconds, arguments));
        assert!(ran.status >= 0, "it was ended within {seconds} seconds of processor time\n{ran}");
        ran
    }

    fn ran(&self, mut command: Command) -> Ran {
        let output = command.output().expect("the binary runs");
        let text = |bytes: Vec<u8>| self.without_paths(&String::from_utf8(bytes).expect("output is UTF-8"));
        Ran { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    fn without_paths(&self, text: &str) -> String {
        let real = self.path().canonicalize().expect("the folder is there");
        let text = text.replace(&*real.to_string_lossy(), "[DIR]").replace(&*self.path().to_string_lossy(), "[DIR]");
        let times = regex::Regex::new(r"\(\d+ ms\)").expect("the pattern is valid");
        times.replace_all(&text, "([TIME])").into_owned()
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit status: {}", self.status)?;
        writeln!(f, "---- stdout\n{}---- stderr\n{}", self.out, self.err)
    }
}
