//! Configurations to measure with, shaped like those of real repositories: teams with modules of their own and stacks
//! that call them, made from the files beside this one. The same number of files always gives the same bytes.
//!
//! In the 37,664 files (61 MB) of 107 public repositories that were counted, a kilobyte holds 1.0 resource block, 0.2
//! data sources, 0.7 variables, 0.35 outputs, 0.13 module calls, 0.26 uses of `count` or `for_each`, a tenth of it
//! comments, and there are 1.4 resources and 0.27 findings to it; of half of the repositories no more than 0.06. What is
//! made here has 1.2 resource blocks, 0.2 data sources, 0.7 variables, 0.3 outputs, 0.1 module calls, 0.26 uses of `count`
//! or `for_each`, a tenth of comments, 2.0 resources and 0.12 findings.

#![allow(dead_code, reason = "each program that shares this uses a part of it")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files of one team: five modules of four files and four stacks of twenty.
pub const FILES_OF_A_TEAM: usize = 100;
const STACKS_OF_A_TEAM: usize = 4;
/// Files of a stack that hold [`PARTS`].
const PARTS_OF_A_STACK: usize = 13;

/// A module's name and the texts of `main.tf`, `variables.tf` and `outputs.tf`.
macro_rules! module {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("modules/", $name, "/main.tf")),
            include_str!(concat!("modules/", $name, "/variables.tf")),
            include_str!(concat!("modules/", $name, "/outputs.tf")),
        )
    };
}

const MODULES: [(&str, &str, &str, &str); 5] =
    [module!("network"), module!("bucket"), module!("queue"), module!("service"), module!("database")];

/// What every stack has.
const STACK: [(&str, &str); 5] = [
    ("versions.tf", include_str!("stack/versions.tf")),
    ("variables.tf", include_str!("stack/variables.tf")),
    ("locals.tf", include_str!("stack/locals.tf")),
    ("outputs.tf", include_str!("stack/outputs.tf")),
    ("main.tf", include_str!("stack/main.tf")),
];

/// What the other files of a stack hold, how often at least and how often at most: in real code there are many rights and
/// tables of settings, some names and roles, and few load balancers and queues.
const PARTS: [(&str, &str, usize, usize); 15] = [
    ("network.tf", include_str!("stack/network.tf"), 1, 2),
    ("policies.tf", include_str!("stack/policies.tf"), 2, 15),
    ("settings.tf", include_str!("stack/settings.tf"), 2, 15),
    ("storage.tf", include_str!("stack/storage.tf"), 1, 1),
    ("security.tf", include_str!("stack/security.tf"), 1, 2),
    ("messaging.tf", include_str!("stack/messaging.tf"), 1, 1),
    ("dashboard.tf", include_str!("stack/dashboard.tf"), 2, 15),
    ("compute.tf", include_str!("stack/compute.tf"), 1, 1),
    ("edge.tf", include_str!("stack/edge.tf"), 1, 1),
    ("records.tf", include_str!("stack/records.tf"), 1, 6),
    ("parameters.tf", include_str!("stack/parameters.tf"), 1, 4),
    ("iam.tf", include_str!("stack/iam.tf"), 1, 4),
    ("instance.tf", include_str!("stack/instance.tf"), 1, 3),
    ("schedule.tf", include_str!("stack/schedule.tf"), 1, 3),
    ("monitoring.tf", include_str!("stack/alarms.tf"), 1, 4),
];

/// A file of a configuration.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it stands, relative to the folder of the configuration.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// The smallest configuration that anything is said of.
pub const SIX_LINES: &str = "\
resource \"aws_s3_bucket\" \"logs\" {
  bucket = \"acme-logs\"
  tags = {
    Team = \"platform\"
  }
}
";

impl File {
    /// Whether it is in native syntax.
    pub fn is_native(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension != "json")
    }
}

/// The texts of all files in native syntax, one behind the other.
pub fn native_text(files: &[File]) -> String {
    files.iter().filter(|f| f.is_native()).map(|f| format!("{}\n", f.text)).collect()
}

/// A configuration of that many files, rounded up to whole teams.
pub fn configuration(files: usize) -> Vec<File> {
    let mut chance = Chance(0x5eed);
    let mut all = Vec::new();
    for team in 0..files.div_ceil(FILES_OF_A_TEAM) {
        let folder = PathBuf::from(format!("team-{team:03}"));
        for (name, main, variables, outputs) in MODULES {
            let folder = folder.join("modules").join(name);
            let texts = [main, variables, outputs, include_str!("modules/versions.tf")];
            let names = ["main.tf", "variables.tf", "outputs.tf", "versions.tf"];
            all.extend(names.into_iter().zip(texts).map(|(name, text)| file(&folder, name, text.to_owned())));
        }
        for (stack, times) in chance.times().chunks(PARTS_OF_A_STACK).enumerate() {
            let name = format!("stack-{team}-{stack}");
            self::stack(&folder.join("stacks").join(&name), &name, stack, times, &mut all);
        }
    }
    all
}

/// Writes a configuration below a folder, which is made where it is missing, and says how many bytes it has.
pub fn write(files: &[File], folder: &Path) -> io::Result<usize> {
    for file in files {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, &file.text)?;
    }
    Ok(bytes(files))
}

/// How many bytes the files have.
pub fn bytes(files: &[File]) -> usize {
    files.iter().map(|f| f.text.len()).sum()
}

/// Twenty files of one root.
fn stack(folder: &Path, name: &str, number: usize, times: &[usize], all: &mut Vec<File>) {
    let named = |text: &str| text.replace("acme-stack", name);
    all.extend(STACK.iter().map(|(name, text)| file(folder, name, named(text))));
    if number % 4 == 3 {
        all.push(file(folder, "staging.tfvars", include_str!("stack/staging.tfvars").to_owned()));
        all.push(file(folder, "production.tfvars", include_str!("stack/production.tfvars").to_owned()));
    } else {
        all.push(file(folder, "terraform.tfvars", include_str!("stack/terraform.tfvars").to_owned()));
        all.push(match number % 4 {
            1 => file(folder, "alarms.tf.json", numbered(include_str!("stack/alarms.tf.json"), 0)),
            _ => file(folder, "alarms.tf", numbered(include_str!("stack/alarms.tf"), 1000)),
        });
    }
    for (part, times) in times.iter().enumerate() {
        let (name, text, least, most) = PARTS[(number + part) % PARTS.len()];
        let round = part / PARTS.len();
        let name = if round == 0 { name.to_owned() } else { format!("more-{name}") };
        let pieces: Vec<String> =
            (1..=*times.clamp(&least, &most)).map(|n| numbered(&named(text), 100 * round + n)).collect();
        all.push(file(folder, &name, pieces.join("\n")));
    }
}

/// A piece of which there are several in one module: names end with its number.
fn numbered(text: &str, number: usize) -> String {
    text.replace("_0", &format!("_{number}")).replace("-0", &format!("-{number}"))
}

fn file(folder: &Path, name: &str, text: String) -> File {
    File { path: folder.join(name), text }
}

/// How often the parts of a team's stacks stand in their files: mostly once, seldom many times, as the sizes of real
/// files are spread.
const TIMES: [usize; PARTS_OF_A_STACK * STACKS_OF_A_TEAM] = [
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2,
    2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 6, 9, 15,
];

/// Numbers without a pattern, the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 as usize
    }

    /// [`TIMES`] in another order, so that all teams have about the same size and no two look alike.
    fn times(&mut self) -> Vec<usize> {
        let mut times = TIMES.to_vec();
        for last in (1..times.len()).rev() {
            times.swap(last, self.next() % (last + 1));
        }
        times
    }
}
