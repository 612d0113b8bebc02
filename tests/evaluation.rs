//! What evaluates to what, and what stays undecided: the table in `docs/evaluation.md` is what the binary answers for the
//! configuration in `fixtures/semantics/evaluation`. `TFCHECK_BLESS=1` rewrites it; look at what changed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

const PAGE: &str = "docs/evaluation.md";

const INTRODUCTION: &str = "# What tfcheck evaluates

tfcheck evaluates configuration as Terraform does, and keeps more of what is only partly known. The tables below are made
by a test from what `tfcheck eval` answers in [this configuration](../fixtures/semantics/evaluation/main.tf). What has no
value there stays undecided in a check, for the reason given.
";

/// Heading, remark and expressions.
const TOPICS: &[(&str, &str, &[&str])] = &[
    (
        "Variables and locals",
        "A variable without a value is unknown; what does not depend on it is not.",
        &[
            "var.environment",
            "var.zones[1]",
            "var.database.multi_az",
            "var.password",
            "local.name",
            "local.sizes.large",
            "local.count",
            "local.class",
        ],
    ),
    (
        "Resources",
        "Configured arguments have their values; what AWS decides at apply is unknown and stands for itself.",
        &[
            "aws_vpc.main.cidr_block",
            "aws_vpc.main.id",
            "aws_vpc.main.id == aws_vpc.main.id",
            "aws_subnet.private[*].id",
            "aws_subnet.private[1].cidr_block",
            "length(aws_subnet.private)",
            "aws_security_group.web[\"blue\"].name",
            "aws_security_group.web[\"blue\"].ingress[1].from_port",
            "keys(aws_security_group.web)",
        ],
    ),
    (
        "Where the number of instances is not known",
        "`aws_subnet.extra` has three instances or one. A list of them is open: `$more` shows what a further element looks like.",
        &[
            "aws_subnet.extra[*].id",
            "length(aws_subnet.extra)",
            "concat([\"first\"], aws_subnet.extra[*].id)[0]",
            "contains(concat([\"first\"], aws_subnet.extra[*].id), \"first\")",
            "contains(concat([\"first\"], aws_subnet.extra[*].id), \"second\")",
        ],
    ),
    (
        "Text that is partly known",
        "The known parts decide what they can.",
        &[
            "startswith(local.name, \"orders-\")",
            "startswith(local.name, \"billing-\")",
            "endswith(local.name, \"-eu\")",
            "\"${aws_s3_bucket.media.arn}/*\"",
            "jsondecode(jsonencode({ name = local.name, size = 3 })).size",
            "data.aws_iam_policy_document.read.json",
            "jsondecode(data.aws_iam_policy_document.read.json).Statement[0].Action",
        ],
    ),
    (
        "Conditions",
        "A side that decides is enough, and arms that agree need no condition.",
        &[
            "var.environment == \"production\" && false",
            "var.environment == \"production\" || true",
            "var.environment == \"production\" ? 7 : 7",
            "var.environment == \"production\" ? 7 : 1",
            "(var.environment == \"production\" ? 7 : 1) > 0",
            "contains([\"a\", var.environment], \"a\")",
            "try(var.database.nope, \"fallback\")",
            "can(var.database.nope)",
        ],
    ),
    (
        "Modules",
        "Local modules and those that `terraform init` has downloaded are evaluated. Others keep their references.",
        &[
            "module.network.ports",
            "module.network.vpc_id",
            "module.registry.private_subnets",
            "merge({ a = 1 }, module.registry.tags)",
            "merge(module.registry.tags, { a = 1 }).a",
        ],
    ),
    (
        "Data sources, and what only a run knows",
        "What follows from the configuration alone is computed: policy documents, the region of the provider.",
        &[
            "data.aws_region.current.region",
            "data.aws_availability_zones.available.names[0]",
            "terraform.workspace",
            "timestamp()",
            "file(\"/etc/hostname\")",
        ],
    ),
    (
        "Errors",
        "An expression that Terraform would refuse is reported once, and what depends on it is undecided.",
        &["aws_vpc.mian.id", "aws_subnet.private[9].id", "upper([1])", "lenght(var.zones)", "1 + \"one\""],
    ),
];

#[test]
fn the_table_of_what_evaluates_to_what_is_up_to_date() {
    let mut page = String::from(INTRODUCTION);
    for (heading, remark, expressions) in TOPICS {
        let _ = write!(page, "\n## {heading}\n\n{remark}\n\n| Expression | Worth |\n|---|---|\n");
        for (expression, answer) in expressions.iter().zip(answers(expressions)) {
            let _ = writeln!(page, "| {} | {} |", code(expression), answer);
        }
    }
    if std::env::var_os("TFCHECK_BLESS").is_some() {
        std::fs::write(PAGE, page).expect("a place for the page");
        return;
    }
    let kept = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(kept == page, "{PAGE} is out of step: TFCHECK_BLESS=1 rewrites it");
}

/// What the binary answers to each expression.
fn answers(expressions: &[&str]) -> Vec<String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tfcheck"))
        .args(["eval", "--stdin", "--dir", "fixtures/semantics/evaluation"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tfcheck runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all((expressions.join("\n") + "\n").as_bytes()).expect("tfcheck reads");
    drop(input);
    let output = child.wait_with_output().expect("tfcheck ends");
    let text = String::from_utf8(output.stdout).expect("text");
    let answers: Vec<String> = text.lines().map(answer).collect();
    assert_eq!(answers.len(), expressions.len(), "{text}");
    answers
}

fn answer(line: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(line).expect("JSON");
    match (&answer["value"], &answer["unknown"], &answer["error"]) {
        (_, serde_json::Value::String(why), _) => format!("undecided: {}", words(why)),
        (_, _, serde_json::Value::String(error)) => format!("error: {}", words(error)),
        (value, _, _) => code(&value.to_string()),
    }
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn words(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*")
}
