//! The formats by name, and where each report goes.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use super::failure::Failure;
use super::options::CheckOptions;
use crate::report::pretty::Detail;
use crate::report::{self, Report, formats};
use crate::rules::Severity;

/// A way to write a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Pretty,
    Compact,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Checkstyle,
    Rdjson,
    Markdown,
}

impl Format {
    pub(super) const ALL: [Format; 10] = [
        Format::Pretty,
        Format::Compact,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Checkstyle,
        Format::Rdjson,
        Format::Markdown,
    ];

    /// The name as it is typed.
    pub(super) fn name(self) -> &'static str {
        match self {
            Format::Pretty => "pretty",
            Format::Compact => "compact",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Checkstyle => "checkstyle",
            Format::Rdjson => "rdjson",
            Format::Markdown => "markdown",
        }
    }

    /// The severity from which on findings are listed. A program that reads JSON does its own choosing.
    fn least(self, least: Least) -> Severity {
        match self {
            Format::Json => least.asked.unwrap_or(Severity::Advice),
            _ => least.asked.unwrap_or(least.usual),
        }
    }

    fn write(self, out: &mut dyn io::Write, report: &Report, options: &CheckOptions) -> io::Result<()> {
        // Formats write very small pieces.
        let mut out = BufWriter::with_capacity(PIECE, out);
        let Detail { verbose, statistics, .. } = options.detail;
        match self {
            Format::Pretty => report::pretty::pretty(&mut out, report, options.detail, options.look),
            Format::Compact => formats::compact(&mut out, report),
            Format::Json => formats::json(&mut out, report, verbose, statistics),
            Format::Sarif => formats::sarif(&mut out, report),
            Format::Github => formats::github(&mut out, report),
            Format::Gitlab => formats::gitlab(&mut out, report),
            Format::Junit => formats::junit(&mut out, report),
            Format::Checkstyle => formats::checkstyle(&mut out, report),
            Format::Rdjson => formats::rdjson(&mut out, report),
            Format::Markdown => formats::markdown(&mut out, report),
        }?;
        out.flush()
    }
}

/// Reports go out in pieces of this size, in bytes.
const PIECE: usize = 64 << 10;

/// A report to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Output {
    pub format: Format,
    /// The file; standard output where there is none.
    pub file: Option<PathBuf>,
}

/// From which severity on the reports list findings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Least {
    /// What was asked for.
    pub asked: Option<Severity>,
    /// What people see where nothing was asked for.
    pub usual: Severity,
}

impl Output {
    /// The outputs that `--format` and `--output` ask for.
    pub(super) fn all(formats: &[String], file: Option<PathBuf>) -> Result<Vec<Output>, Failure> {
        let parse = |text: &String| {
            let (name, file) = match text.split_once('=') {
                Some((name, file)) => (name, Some(PathBuf::from(file))),
                None => (text.as_str(), None),
            };
            let format = Format::ALL.into_iter().find(|f| f.name() == name);
            format.map(|format| Output { format, file }).ok_or_else(|| Failure::UnknownFormat(name.to_owned()))
        };
        let mut outputs = formats.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        if outputs.is_empty() {
            outputs.push(Output { format: Format::Pretty, file: None });
        }
        if let Some(output) = outputs.iter_mut().find(|o| o.file.is_none()) {
            output.file = file;
        } else if file.is_some() {
            return Err(Failure::SharedOutput);
        }
        let shared = |(i, output): (usize, &Output)| outputs[..i].iter().any(|o| o.file == output.file);
        if outputs.iter().enumerate().any(shared) { Err(Failure::SharedOutput) } else { Ok(outputs) }
    }
}

/// Whether a report lists all rules, not only those that fired.
pub(super) fn lists_rules(options: &CheckOptions) -> bool {
    options.outputs.iter().any(|o| o.format == Format::Sarif)
}

/// The severity from which on at least one of the reports lists findings.
pub(super) fn least(outputs: &[Output], least: Least) -> Severity {
    outputs.iter().map(|o| o.format.least(least)).min().unwrap_or(least.usual)
}

/// Writes the report in every format that was asked for.
pub(super) fn write(report: &Report, options: &CheckOptions) -> Result<(), Failure> {
    for output in &options.outputs {
        let narrowed = report.narrowed(output.format.least(options.least));
        let write = |out: &mut dyn io::Write| output.format.write(out, &narrowed, options);
        match &output.file {
            Some(path) => {
                let written = File::create(path).and_then(|mut file| write(&mut file));
                written.map_err(|reason| Failure::Write { path: path.clone(), reason })?;
            }
            None => to_standard_output(write)?,
        }
        if output.format == Format::Github {
            add_to_job_summary(&narrowed)?;
        }
    }
    Ok(())
}

/// GitHub shows few annotations; everything goes to the summary of the job, where a workflow runs.
fn add_to_job_summary(report: &Report) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()).map(PathBuf::from) else {
        return Ok(());
    };
    let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
    file.and_then(|mut file| formats::markdown(&mut file, report)).map_err(|reason| Failure::Write { path, reason })
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    to_standard_output(|out| out.write_all(text.as_bytes()))
}

fn to_standard_output(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(reason) if reason.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), reason })
        }
        _ => Ok(()),
    }
}

/// Writes to standard error. Where it is closed there is nobody to tell; the exit status says it.
pub(super) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_has_its_place() {
        let check = |formats: &[&str], file: Option<&str>, expected: Result<&[(Format, Option<&str>)], &str>| {
            let formats: Vec<String> = formats.iter().map(|f| (*f).to_owned()).collect();
            let expected = expected.map(|outputs| {
                let output =
                    |(format, file): &(Format, Option<&str>)| Output { format: *format, file: file.map(PathBuf::from) };
                outputs.iter().map(output).collect::<Vec<_>>()
            });
            let outputs = Output::all(&formats, file.map(PathBuf::from)).map_err(|e| e.to_string());
            assert_eq!(outputs, expected.map_err(str::to_owned));
        };
        let shared = Err("several formats would be written to the same place");
        check(&[], None, Ok(&[(Format::Pretty, None)]));
        check(&["json"], Some("a"), Ok(&[(Format::Json, Some("a"))]));
        check(&["json=a", "pretty"], None, Ok(&[(Format::Json, Some("a")), (Format::Pretty, None)]));
        check(&["json=a", "pretty"], Some("b"), Ok(&[(Format::Json, Some("a")), (Format::Pretty, Some("b"))]));
        check(&["json", "pretty"], None, shared);
        check(&["json=a", "pretty=a"], None, shared);
        check(&["json=a"], Some("b"), shared);
        check(&["yaml"], None, Err("there is no format `yaml`"));
    }
}
