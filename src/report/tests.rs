//! A small report that has one of everything, for the tests of all formats.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::infra::{Origin, TrailStep};
use crate::rules::{About, Category, Claim, Fingerprint, Fix, FixedValue, Impact, Message, More, Safety, Suppressed};
use crate::source::{FileId, ProblemKind, Span};

/// `<ESC>` and `<RLO>` stand for the characters of these names.
pub(crate) const MAIN: &str = r#"resource "aws_db_instance" "main" {
  engine   = "postgres"
  multi_az = var.multi_az
  tags     = { name = "main" }
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}

resource "aws_instance" "odd" {
  user_data = "<ESC>[31m<RLO> evil"	# tab
}

output "broken" {
  value = [1, 2
}
"#;
pub(crate) const VARIABLES: &str = r#"variable "multi_az" {
  type    = bool
  default = false
}
"#;

/// The span of the `n`th (from 0) occurrence of a text in a file.
pub(crate) fn span_of(sources: &SourceMap, file: FileId, text: &str, n: usize) -> Span {
    let file = sources.file(file);
    let (start, found) = file.text.match_indices(text).nth(n).expect("the text is in the file");
    Span::new(file.id, start, start + found.len())
}

pub(crate) fn finding(rule: &str, severity: Severity, span: Span, address: &str) -> Finding {
    Finding {
        about: Arc::new(About {
            claim: Arc::new(Claim {
                rule: rule.into(),
                category: Category::Availability,
                scenario: "az-loss".into(),
                title: format!("Title of {rule}").into(),
                why: "".into(),
                sources: Vec::new(),
                peers: Vec::new(),
            }),
            attribute: None,
            root: ".".into(),
        }),
        severity,
        message: Message::of(&format!("{address} is not fit for production"), address),
        span,
        label: "".into(),
        addresses: [address.into()].into(),
        value: None,
        origin: Origin::MissingBlock,
        fix: None,
        fingerprint: Fingerprint::of(rule, ".", address, None),
        suppressed: None,
        more: None,
    }
}

fn fix(fix: Fix) -> Option<Arc<Fix>> {
    Some(Arc::new(fix))
}

fn silenced(reason: Option<&str>) -> Option<Arc<Suppressed>> {
    Some(Arc::new(Suppressed { by: "comment".into(), reason: reason.map(Into::into) }))
}

/// One of everything.
pub(crate) fn outcome() -> Outcome {
    let sources = SourceMap::new();
    let main = sources
        .add(Path::new("prod/main.tf"), "prod/main.tf", MAIN.replace("<ESC>", "\u{1b}").replace("<RLO>", "\u{202e}"))
        .id;
    let variables = sources.add(Path::new("prod/variables.tf"), "prod/variables.tf", VARIABLES).id;
    let at = |file, text| span_of(&sources, file, text, 0);

    let mut multi_az = Finding {
        message: Message::whole("aws_db_instance.main has no standby to fail over to"),
        label: "false, the default of `var.multi_az`".into(),
        value: Some(json!(false).into()),
        origin: Origin::VariableDefault,
        more: Some(Arc::new(More {
            trail: vec![TrailStep {
                span: at(variables, "default = false"),
                note: "var.multi_az is false by default".to_owned(),
            }],
            environments: ["prod".into()].into(),
            ..More::default()
        })),
        fix: fix(Fix {
            set: vec![FixedValue { path: "multi_az".into(), hcl: "true".to_owned(), json: json!(true) }],
            text: None,
            safety: Some(Safety::Safe),
            impact: Some(Impact::InPlace),
            note: Some("converts online; about doubles the instance's cost".into()),
        }),
        ..finding("rds-multi-az", Severity::Error, at(main, "multi_az = var.multi_az"), "aws_db_instance.main")
    };
    let claim = Arc::new(Claim {
        title: "RDS instance runs in a single Availability Zone".into(),
        why: "When the zone fails, or the host below the instance, the database is down until somebody restores a \
              backup into another zone; every write since the last log upload (up to five minutes) is lost."
            .into(),
        sources: vec!["https://example.com/multi-az".into(), "https://example.com/more".into()],
        peers: vec!["CKV_AWS_157".into()],
        ..Claim::clone(&multi_az.about)
    });
    let attribute = Some("multi_az".into());
    multi_az.about = Arc::new(About { claim, attribute, ..About::clone(&multi_az.about) });
    let bucket = at(main, "resource \"aws_s3_bucket\" \"logs\"");
    let lifecycle = Finding {
        label: "no lifecycle refers to this bucket".into(),
        fix: fix(Fix {
            text: Some("resource \"aws_s3_bucket_lifecycle_configuration\" \"logs\" {\n  bucket = …\n}".into()),
            safety: Some(Safety::Unsafe),
            impact: Some(Impact::NewResource),
            ..Fix::default()
        }),
        ..finding("s3-lifecycle", Severity::Warning, bucket, "aws_s3_bucket.logs")
    };
    let advice = finding("s3-tags", Severity::Advice, bucket, "aws_s3_bucket.logs");
    let silenced = Finding {
        suppressed: silenced(Some("scratch")),
        ..finding("s3-versioning", Severity::Error, bucket, "aws_s3_bucket.logs")
    };
    let odd = Finding {
        label: "a\u{1b}[0mb".into(),
        ..finding(
            "odd-data",
            Severity::Warning,
            at(main, "user_data = \"\u{1b}[31m\u{202e} evil\""),
            "aws_instance.odd",
        )
    };
    let broken = Problem::error(
        ProblemKind::Syntax,
        at(main, "}\n\noutput").to(at(main, "output")),
        "expected `]` to close this list",
        "opened here",
    );
    Outcome {
        findings: [odd, advice, silenced, lifecycle, multi_az].map(Box::new).into(),
        problems: vec![
            broken.with_help("write `]` before the end of the line"),
            Problem::about_file(ProblemKind::Unreadable, "prod/secret.tf", "permission denied"),
        ],
        undecided: vec![undecided("rds-multi-az", "aws_db_instance.b", main), undecided("s3-tags", "aws_x.y", main)],
        not_on_disk: vec![NotOnDisk {
            address: "module.vpc".into(),
            source: "terraform-aws-modules/vpc/aws".into(),
            span: at(main, "output"),
        }],
        files: 2,
        roots: 1,
        resources: 3,
        sources: Arc::new(sources),
        ..Outcome::default()
    }
}

fn undecided(rule: &str, address: &str, file: FileId) -> Undecided {
    Undecided {
        rule: rule.into(),
        address: address.into(),
        because: "var.env has no value".into(),
        span: Span::new(file, 0, 1),
    }
}

pub(crate) fn report() -> Report {
    Report::new(outcome(), &Wanted::default())
}

#[test]
fn the_order_does_not_depend_on_the_order_of_what_comes_in() {
    let list = |r: &Report| r.entries.iter().map(|e| format!("{} {}", e.place, e.rule())).collect::<Vec<_>>();
    let mut turned = outcome();
    turned.findings.reverse();
    turned.problems.reverse();
    turned.undecided.reverse();
    let (report, turned) = (report(), Report::new(turned, &Wanted::default()));
    assert_eq!(list(&report), list(&turned));
    assert_eq!(
        list(&report),
        [
            "prod/main.tf:3:3 rds-multi-az",
            "prod/main.tf:7:1 s3-lifecycle",
            "prod/main.tf:12:3 odd-data",
            "prod/main.tf:13:1 syntax-error",
            "prod/secret.tf unreadable-file",
        ]
    );
}

#[test]
fn what_is_not_listed_is_counted() {
    let report = report();
    assert_eq!(
        report.summary,
        Summary {
            files: 2,
            roots: 1,
            resources: 3,
            errors: 3,
            warnings: 2,
            advice: 1,
            suppressed: 1,
            undecided: 2,
            older: 0
        }
    );
    assert_eq!(report.hidden(), Summary { advice: 1, ..Summary::default() });
    assert_eq!(report.worst, Some(Severity::Error));
}

#[test]
fn one_defect_of_many_instances_is_one_finding() {
    let check = |edit: fn(&mut Finding), expected: &[&[&str]]| {
        let mut outcome = Outcome::default();
        let file = outcome.sources.add(Path::new("a.tf"), "a.tf", "x = 1\ny = 2\n").id;
        let one = |address: &str| finding("r", Severity::Error, Span::new(file, 0, 5), address);
        outcome.findings = [one("aws_x.y[1]"), one("aws_x.y[0]")].map(Box::new).into();
        edit(&mut outcome.findings[0]);
        let report = Report::new(outcome, &Wanted { suppressed: true, ..Wanted::default() });
        let addresses: Vec<Vec<&str>> =
            report.entries.iter().map(|e| e.addresses().iter().map(|a| &**a).collect()).collect();
        assert_eq!(addresses, expected);
    };
    let apart: &[&[&str]] = &[&["aws_x.y[0]"], &["aws_x.y[1]"]];
    check(|_| {}, &[&["aws_x.y[0]", "aws_x.y[1]"]]);
    check(|f| f.message = Message::whole(&format!("{} at all", f.message())), apart);
    check(|f| Arc::make_mut(&mut f.about).attribute = Some("a".into()), apart);
    check(|f| f.suppressed = silenced(None), apart);
}

#[test]
fn one_defect_of_a_module_is_one_finding_for_all_its_calls() {
    let mut outcome = Outcome::default();
    let file = outcome.sources.add(Path::new("a.tf"), "a.tf", "x = 1\n").id;
    outcome.findings.extend(["module.a", "module.b[\"x.y\"]"].map(|module| {
        let message = format!("{module}.aws_x.y has one instance, {module}.aws_z.only");
        let address = format!("{module}.aws_x.y");
        let found = finding("r", Severity::Error, Span::new(file, 0, 5), &address);
        Box::new(Finding { message: Message::of(&message, &address), ..found })
    }));
    let report = Report::new(outcome, &Wanted::default());
    assert_eq!(report.entries.len(), 1);
    assert_eq!(report.entries[0].addresses().len(), 2);
}

mod pretty_output {
    use super::*;
    use crate::report::pretty::{Detail, Look, pretty};

    fn shown(report: &Report, detail: Detail, look: Look) -> String {
        written(|out| pretty(out, report, detail, look))
    }

    const PLAIN: Look = Look { color: false, unicode: true, width: 90 };

    #[test]
    fn default() {
        insta::assert_snapshot!(shown(&report(), Detail::default(), PLAIN));
    }

    #[test]
    fn verbose() {
        let report = Report::new(outcome(), &Wanted { min_severity: Severity::Advice, suppressed: true });
        let detail = Detail { verbose: true, undecided: true, ..Detail::default() };
        insta::assert_snapshot!(shown(&report, detail, PLAIN));
    }

    #[test]
    fn ascii() {
        insta::assert_snapshot!(shown(&report(), Detail::default(), Look { unicode: false, width: 60, ..PLAIN }));
    }

    #[test]
    fn statistics() {
        insta::assert_snapshot!(shown(&report(), Detail { statistics: true, ..Detail::default() }, PLAIN));
    }

    #[test]
    fn colour_is_added_and_nothing_else_changes() {
        let coloured = shown(&report(), Detail::default(), Look { color: true, ..PLAIN });
        assert!(coloured.contains('\u{1b}'));
        let escapes = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("the pattern is valid");
        assert_eq!(escapes.replace_all(&coloured, ""), shown(&report(), Detail::default(), PLAIN));
    }

    #[test]
    fn nothing_of_the_input_reaches_the_terminal_raw() {
        let text = shown(&report(), Detail { undecided: true, ..Detail::default() }, PLAIN);
        let bad: Vec<char> =
            text.chars().filter(|c| *c != '\n' && harmless::line(&c.to_string()) != c.to_string()).collect();
        assert!(bad.is_empty(), "{bad:?}");
    }

    #[test]
    fn a_fix_that_was_written_is_named_by_its_place() {
        let mut outcome = Outcome::default();
        let file = outcome.sources.add(Path::new("a.tf"), "a.tf", "x = 1\n".repeat(5)).id;
        let names = ["first", "second", "first", "second"];
        outcome.findings = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let span = span_of(&outcome.sources, file, "x = 1", at);
                let text = Some(format!("{name} = 1\nother = 2").into());
                let found = finding("r", Severity::Error, span, &format!("aws_x.y{at}"));
                Box::new(Finding { fix: fix(Fix { text, ..Fix::default() }), ..found })
            })
            .collect();
        let text = shown(&Report::new(outcome, &Wanted::default()), Detail::default(), PLAIN);
        let fixes: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  fix:  ")).collect();
        assert_eq!(fixes, ["first = 1", "second = 1", "as for the first finding of this rule", "as for a.tf:2"]);
    }

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let mut outcome = Outcome::default();
        let text = format!("{}x = 1{}", "é".repeat(300), "b".repeat(300));
        let file = outcome.sources.add(Path::new("a.tf"), "a.tf", text).id;
        let mut found = finding("r", Severity::Error, span_of(&outcome.sources, file, "x = 1", 0), "aws_x.y");
        found.label = "far along a long line, with a label that needs to be wrapped as well".into();
        outcome.findings = vec![Box::new(found)];
        let report = Report::new(outcome, &Wanted::default());
        insta::assert_snapshot!(shown(&report, Detail::default(), Look { width: 60, ..PLAIN }));
    }
}

fn rule_info() -> RuleInfo {
    RuleInfo {
        id: "rds-multi-az".into(),
        title: "RDS instance runs in a single Availability Zone".into(),
        severity: Severity::Error,
        category: Category::Availability,
        scenario: "az-loss".into(),
        service: "rds".into(),
        subjects: vec!["aws_db_instance".into()],
        default: Some("`false`".into()),
        why: "When the zone fails, the database is down until somebody restores a backup into another zone.".into(),
        fix: outcome().findings.remove(4).fix.map(Arc::unwrap_or_clone),
        exceptions: vec!["read replicas".into(), "instances of an Aurora cluster".into()],
        sources: vec!["https://example.com/multi-az".into()],
        peers: vec!["CKV_AWS_157".into(), "RDS.5".into()],
        settings: vec![crate::rules::RuleSetting {
            name: "min_size".into(),
            default: json!(2),
            description: "instances below this are not looked at".into(),
        }],
        supersedes: vec!["rds-backup-window".into()],
    }
}

#[test]
fn page_in_the_terminal() {
    let look = pretty::Look { color: false, unicode: true, width: 80 };
    insta::assert_snapshot!(pretty::page(&rule_info(), look));
}

#[test]
fn page_in_markdown() {
    insta::assert_snapshot!(page::markdown(&rule_info()));
}

#[test]
fn lists_of_rules() {
    let rules = [rule_info(), faults::rules().remove(9)];
    insta::assert_snapshot!([listing::table(&rules), listing::markdown(&rules), listing::json(&rules)].join("\n"));
}

mod machine_formats {
    use serde_json::Value;

    use super::*;
    use crate::report::formats;

    /// The working folder lies below the top of the repository.
    fn nested() -> Report {
        Report::new(
            Outcome { folder: "infra/live".to_owned(), rules: vec![rule_info()], ..outcome() },
            &Wanted { suppressed: true, ..Wanted::default() },
        )
    }

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).expect("the report is JSON")
    }

    macro_rules! snapshots {
        ($($name:ident: $text:expr),* $(,)?) => { $(
            #[test]
            fn $name() {
                let text: String = $text;
                assert!(!text.contains(['\u{1b}', '\u{202e}']), "raw control characters");
                insta::assert_snapshot!(text);
            }
        )* };
    }

    snapshots! {
        json: written(|out| formats::json(out, &nested(), false, false)),
        compact: written(|out| formats::compact(out, &nested())),
        sarif: written(|out| formats::sarif(out, &nested())),
        github: written(|out| formats::github(out, &nested())),
        gitlab: written(|out| formats::gitlab(out, &nested())),
        junit: written(|out| formats::junit(out, &nested())),
        checkstyle: written(|out| formats::checkstyle(out, &nested())),
        rdjson: written(|out| formats::rdjson(out, &nested())),
        markdown: written(|out| formats::markdown(out, &nested())),
        junit_of_a_clean_run: written(|out| formats::junit(out, &Report::new(Outcome::default(), &Wanted::default()))),
        markdown_of_a_clean_run: written(|out| formats::markdown(out, &Report::new(Outcome::default(), &Wanted::default()))),
    }

    #[test]
    fn a_clean_run_is_a_valid_log() {
        let clean = Report::new(Outcome::default(), &Wanted::default());
        assert_eq!(parsed(&written(|out| formats::sarif(out, &clean)))["runs"][0]["results"], json!([]));
        assert_eq!(parsed(&written(|out| formats::gitlab(out, &clean))), json!([]));
        assert_eq!(parsed(&written(|out| formats::rdjson(out, &clean)))["diagnostics"], json!([]));
    }

    #[test]
    fn sarif_keeps_the_rules_of_code_scanning() {
        let log = parsed(&written(|out| formats::sarif(out, &nested())));
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules are a list");
        for result in run["results"].as_array().expect("results are a list") {
            let index = result["ruleIndex"].as_u64().map(|i| i as usize);
            if let Some(index) = index {
                assert_eq!(rules[index]["id"], result["ruleId"]);
            }
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert_eq!(region["startLine"], region["endLine"], "a region is one line");
            assert!(result["message"]["text"].as_str().is_some_and(|t| !t.is_empty()));
        }
        for rule in rules {
            for text in ["shortDescription", "fullDescription", "help"] {
                assert!(rule[text]["text"].as_str().is_some_and(|t| !t.is_empty()), "{text} of {}", rule["id"]);
            }
            assert!(rule["properties"]["security-severity"].is_null(), "only security rules are security alerts");
        }
    }

    #[test]
    fn equal_fingerprints_are_told_apart_for_gitlab() {
        let mut outcome = outcome();
        let same = Fingerprint::of("r", ".", "aws_x.y", None);
        outcome.findings.iter_mut().for_each(|f| f.fingerprint = same);
        let issues = parsed(&written(|out| formats::gitlab(out, &Report::new(outcome, &Wanted::default()))));
        let mut prints: Vec<&str> =
            issues.as_array().expect("a list").iter().filter_map(|i| i["fingerprint"].as_str()).collect();
        assert_eq!(prints[..3], [format!("{same}"), format!("{same}-2"), format!("{same}-3")]);
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), 5);
    }

    #[test]
    fn github_shows_ten_of_each_kind_and_says_so() {
        let mut outcome = Outcome::default();
        let file = outcome.sources.add(Path::new("a.tf"), "a.tf", "x = 1\n".repeat(20)).id;
        outcome.findings = (0..12)
            .map(|i| Box::new(finding("r", Severity::Warning, Span::new(file, i * 6, i * 6 + 5), "aws_x.y")))
            .collect();
        let text = written(|out| formats::github(out, &Report::new(outcome, &Wanted::default())));
        assert_eq!(text.matches("::warning file=a.tf,").count(), 10);
        assert!(
            text.ends_with(
                "2 more findings, which GitHub would not show as annotations: see the summary of this job\n"
            )
        );
    }

    #[test]
    fn fixes_become_edits_where_nothing_has_to_be_guessed() {
        let check = |text: &str, marked: &str, origin: Origin, expected: Option<&str>| {
            let mut outcome = outcome();
            let file = outcome.sources.add(Path::new("fix.tf"), "fix.tf", text).id;
            let mut found = outcome.findings.remove(4);
            found.span = span_of(&outcome.sources, file, marked, 0);
            found.origin = origin;
            outcome.findings = vec![found];
            outcome.problems.clear();
            let log = parsed(&written(|out| formats::sarif(out, &Report::new(outcome, &Wanted::default()))));
            let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
            assert_eq!(change["insertedContent"]["text"].as_str(), expected, "{text}");
        };
        let block = "  resource \"a\" \"b\" {\n    multi_az = false\n  }\n";
        check(block, "multi_az = false", Origin::Literal, Some("multi_az = true"));
        check(block, "multi_az = false", Origin::VariableDefault, None);
        check(block, "resource \"a\" \"b\"", Origin::ProviderDefault, Some("\n    multi_az = true"));
        check("resource \"a\" \"b\" {}\n", "resource \"a\" \"b\"", Origin::ProviderDefault, None);
        check("resource \"a\" \"b\" {\n  multi_az = [\n  ]\n}\n", "multi_az = [\n  ]", Origin::Literal, None);
    }
}
