//! Inputs that go past a bound: each ends with a word on it, quickly and in little memory, and nothing else is lost.

use std::io::Write as _;
use std::process::Stdio;

use super::run::Case;

const DEEP: usize = 20_000;
const TOO_DEEP: &str = "nested more than 250 levels deep";

fn compact(files: &[(&str, &str)], arguments: &[&str]) -> String {
    let ran = Case::new(files).run(&[&["--format", "compact"], arguments].concat());
    assert!((0..=2).contains(&ran.status), "{ran}");
    ran.out + &ran.err
}

/// Checks files, and looks for what must be said.
fn check(files: &[(&str, &str)], arguments: &[&str], expected: &str) {
    let text = compact(files, arguments);
    let shown: String = text.chars().take(2_000).collect();
    assert!(text.contains(expected), "{expected}\n{shown}");
    assert!(text.len() < 100_000, "{} bytes", text.len());
}

/// Answers expressions line by line, and looks for what must be said of each.
fn answers(cases: &[(String, &str)]) {
    let case = Case::new(&[("main.tf", "locals {\n  x = []\n}\n")]);
    let mut command = case.command(&["eval", "--stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary runs");
    let lines: String = cases.iter().map(|(expression, _)| format!("{expression}\n")).collect();
    let mut stdin = child.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads all");
    assert!(output.status.success());
    let out = String::from_utf8(output.stdout).expect("output is UTF-8");
    assert_eq!(out.lines().count(), cases.len());
    for (line, (expression, expected)) in out.lines().zip(cases) {
        let start: String = expression.chars().take(60).collect();
        let shown: String = line.chars().take(200).collect();
        assert!(line.contains(expected), "{start}: {expected}\n{shown}");
    }
}

fn nested(open: &str, middle: &str, close: &str) -> String {
    format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP))
}

#[test]
fn expressions_that_nest_deeply() {
    let expressions = [
        nested("(", "1", ")"),
        nested("[", "", "]"),
        nested("{a=", "1", "}"),
        nested("\"${", "1", "}\""),
        nested("abs(", "1", ")"),
        nested("!", "true", ""),
        nested("-", "1", ""),
        nested("true?1:", "1", ""),
        nested("[for a in ", "[]", ":a]"),
        nested("1+", "1", ""),
        nested("true&&", "true", ""),
        nested("", "x", "[0]"),
        nested("", "x", ".a"),
        nested("", "x", "[*]"),
        format!("\"{}\"", nested("%{if true}", "", "%{endif}")),
    ];
    for expression in &expressions[..4] {
        let local = format!("locals {{\n  a = {expression}\n}}\n");
        check(&[("main.tf", &local)], &["."], "error[limit-reached]");
        let values = format!("a = {expression}\n");
        check(&[("main.tf", "variable \"a\" {}\n"), ("terraform.tfvars", &values)], &["."], TOO_DEEP);
        let settings = format!("fail_on = {expression}\n");
        check(&[("main.tf", ""), (".tfcheck.hcl", &settings)], &["."], TOO_DEEP);
        let rule = format!("rule \"x-y\" {{\n  require = {expression}\n}}\n");
        check(&[("main.tf", "locals {}\n"), ("r.hcl", &rule)], &["--rules", "r.hcl", "."], TOO_DEEP);
    }
    answers(&expressions.map(|expression| (expression, TOO_DEEP)));
}

#[test]
fn texts_that_nest_deeply() {
    let json = format!("{{\"locals\": {{\"a\": {}}}}}", nested("[", "", "]"));
    check(&[("main.tf.json", &json)], &["."], TOO_DEEP);
    check(&[("main.tf", &nested("a {\n", "", "}\n"))], &["."], TOO_DEEP);
    let many = nested("[", "", "]");
    let functions = [
        (format!("jsondecode(\"{many}\")"), "nests too deeply"),
        (format!("yamldecode(\"{many}\")"), "limit exceeded"),
        (format!("yamldecode(\"{}\")", "- ".repeat(DEEP)), "nests too deeply"),
        (format!("regex(\"{}\", \"a\")", nested("(", "", ")")), "invalid regular expression"),
    ];
    answers(&functions);
    let render = "locals {\n  a = templatefile(\"t\", {})\n}\n";
    check(&[("main.tf", render), ("t", "${templatefile(\"t\", {})}")], &["."], "templates nest more than 32 deep");
}

#[test]
fn what_multiplies() {
    let ten = "join(\"\", [for i in range(1000) : \"xxxxxxxxxx\"])";
    let cases = [
        ("range(0, 1e18)".to_owned(), "at most 1024"),
        ("format(\"%999999999d\", 1)".to_owned(), "too large"),
        ("formatlist(\"%10000000s\", range(1024))".to_owned(), "longer than 16 MiB"),
        (format!("replace({ten}, \"x\", {ten})"), "longer than 16 MiB"),
        (format!("indent(1000000, {ten})"), "value"),
        (format!("[for i in range(1000) : join({ten}, range(i, i + 1000))]"), "more than 512 MiB of long texts"),
        (format!("setproduct({})", vec!["range(100)"; 20].join(", ")), "more than 100000 elements"),
        (
            "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]".to_owned(),
            "more than 2000000",
        ),
        ("pow(10, 1e9)".to_owned(), "+Inf"),
        ("1e999999999".to_owned(), "is not a number"),
        ("9".repeat(1_000_000), "…"),
        ("a".repeat(1_000_000), "…"),
        (format!("regex(\"{}\", \"a\")", "(a|b)*".repeat(50_000)), "too large"),
        (format!("cidrsubnets(\"10.0.0.0/8\", {})", vec!["1"; 5_000].join(", ")), "no room left"),
        (format!("csvdecode(\"{}\\n\")", (0..50_000).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",")), "[]"),
    ];
    answers(&cases);
}

#[test]
fn blocks_and_templates_that_multiply() {
    let dynamic = "resource \"aws_instance\" \"a\" {
  dynamic \"x\" {
    for_each = range(1000)
    content {
      dynamic \"y\" {
        for_each = range(1000)
        content {}
      }
    }
  }
}
";
    let quick = ["--select", "tf-provider-unpinned", "."];
    check(&[("main.tf", dynamic)], &quick, "main.tf:6:20: warning[limit-reached]: more than 200000 blocks");
    check(&[("main.tf", "resource \"aws_vpc\" \"a\" {\n  count = 1e9\n}\n")], &["."], "more than 200000 instances");
    let arguments: String = (0..30_000).map(|i| format!("  a{i} = 1\n")).collect();
    let main = format!("resource \"aws_vpc\" \"a\" {{\n{arguments}}}\n");
    check(&[("main.tf", &main)], &quick, "more than 10000 arguments of one block");
    let mut files = vec![("main.tf".to_owned(), "locals {\n  a = templatefile(\"t0\", {})\n}\n".to_owned())];
    for i in 0..30 {
        files.push((
            format!("t{i}"),
            format!("${{templatefile(\"t{0}\", {{}})}}${{templatefile(\"t{0}\", {{}})}}", i + 1),
        ));
    }
    files.push(("t30".to_owned(), "x".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    check(&files, &["."], "an expression that makes more than 2000000 elements");
    let doubled: String = (1..100).map(|i| format!("  a{i} = \"${{local.a{0}}}${{local.a{0}}}\"\n", i - 1)).collect();
    check(&[("main.tf", &format!("locals {{\n  a0 = \"xxxxxxxxxx\"\n{doubled}}}\n"))], &["."], "longer than 16 MiB");
    let laughs: String =
        (1..30).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(","))).collect();
    let yaml = format!("a0: &a0 [x]\n{laughs}");
    check(
        &[("main.tf", "locals {\n  a = yamldecode(file(\"y\"))\n}\n"), ("y", &yaml)],
        &["."],
        "more than 1048576 values",
    );
}

#[test]
fn rules_and_values_that_multiply() {
    let loops = "[for a in local.n : [for b in local.n : [for c in local.n : [for d in local.n : d]]]]";
    let rule = format!(
        "rule \"x-y\" {{
  title    = \"t\"
  severity = \"error\"
  category = \"cost\"
  scenario = \"s\"
  resource = \"aws_vpc\"
  locals {{
    n = range(80)
  }}
  require = length({loops}) > 1000
  message = \"m\"
  why     = \"w\"
}}
"
    );
    let main = ("main.tf", "resource \"aws_vpc\" \"a\" {}\n");
    let select = ["--rules", "r.hcl", "--select", "x-y", "-v", "."];
    check(&[main, ("r.hcl", &rule)], &select, "more than 5000000 elements");
    let items = vec!["1"; 500].join(",");
    let values = format!("a = [for a in [{items}] : [for b in [{items}] : [for c in [{items}] : c]]]\n");
    check(&[("main.tf", "variable \"a\" {}\n"), ("terraform.tfvars", &values)], &["."], "more than 1000000 elements");
}

#[test]
fn literals_that_multiply() {
    // Text that doubles, many times over.
    let mut text = "x19".to_owned();
    for i in (1..20).rev() {
        text = format!("[for x{i} in [\"${{x{0}}}${{x{0}}}\"] : {text}]", i - 1);
    }
    text = format!("[for x0 in [\"0123456789\"] : {text}]");
    for name in ["a", "b", "c", "d"] {
        text = format!("[for {name} in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : {text}]");
    }
    let expected = "more than 1000000 elements";
    let asks = "terraform {\n  backend \"s3\" {}\n}\noutput \"x\" {\n  value = var.a\n}\n";
    let default = format!("{asks}variable \"a\" {{\n  default = {text}\n}}\n");
    check(&[("main.tf", &default)], &["."], expected);
    let ty = format!("object({{ x = optional(any, {text}) }})");
    let inside = format!("{asks}variable \"a\" {{\n  type = {ty}\n  default = {{}}\n}}\n");
    check(&[("main.tf", &inside)], &["."], expected);
    let (values, plain) = (format!("a = {text}\n"), format!("{asks}variable \"a\" {{}}\n"));
    check(&[("main.tf", &plain), ("terraform.tfvars", &values)], &["."], expected);
    let settings = format!("rule \"asg-desired-capacity-drift\" {{\n  x = {text}\n}}\n");
    check(&[("main.tf", ""), (".tfcheck.hcl", &settings)], &["."], expected);
    answers(&[(format!("[for i in range(1000) : convert({{}}, {ty})]"), "more than 512 MiB of long texts")]);

    let rule = |setting: &str, require: &str| {
        format!(
            "rule \"x-y\" {{
  title    = \"t\"
  severity = \"error\"
  category = \"cost\"
  scenario = \"s\"
  resource = \"aws_vpc\"
  setting \"n\" {{
    default     = {setting}
    description = \"d\"
  }}
  require = length({require}) > 1
  message = \"m\"
  why     = \"w\"
}}
"
        )
    };
    let main = ("main.tf", "resource \"aws_vpc\" \"a\" {}\n");
    let arguments = ["--rules", "r.hcl", "--select", "x-y", "-v", "."];
    check(&[main, ("r.hcl", &rule(&text, "[]"))], &arguments, expected);
    check(&[main, ("r.hcl", &rule("1", &text))], &arguments, "more than 5000000 elements");

    // Each of many has little, all of them together have not.
    let some = "[for a in [1, 2] : [for b in [1, 2, 3, 4, 5, 6, 7, 8] : [for c in [1, 2, 3, 4, 5, 6, 7, 8] : c]]]";
    let many: String = (0..6_900).map(|i| format!("variable \"x{i}\" {{\n  default = {some}\n}}\n")).collect();
    let all: Vec<String> = (0..6_900).map(|i| format!("var.x{i}")).collect();
    let main = format!("{asks}variable \"a\" {{}}\nlocals {{\n  all = [{}]\n}}\n{many}", all.join(", "));
    check(&[("main.tf", &main)], &["."], expected);
}

#[test]
fn comments_without_end() {
    let group = |i: usize| format!("resource \"aws_cloudwatch_log_group\" \"g{i}\" {{\n  name = \"g{i}\"\n}}\n");
    let comment = "# tfcheck:ignore[log-group-retention-never] test\n";
    let each: String = (0..2_000).map(|i| format!("{comment}{}", group(i))).collect();
    assert_eq!(compact(&[("main.tf", &each)], &["."]), "");
    let above = format!("{}{}{}", comment.repeat(300), group(0), group(1));
    let text = compact(&[("main.tf", &above)], &["."]);
    assert!(text.starts_with("main.tf:304:1: warning[log-group-retention-never]"), "{text}");
    let names = vec!["log-group-retention-never"; 1_001].join(", ");
    let file = format!("# tfcheck:ignore-file[{names}] test\n\n{}", group(0));
    check(&[("main.tf", &file)], &["."], "more than 1000 names for the same");
}

#[test]
fn settings_and_rule_files_without_end() {
    let log_group = ("main.tf", "resource \"aws_cloudwatch_log_group\" \"a\" {}\n");
    let ignored = |i: usize| format!("ignore \"log-group-retention-never\" {{\n  paths = [\"f{i}\"]\n}}\n");
    let ignore: String = (0..5_001).map(ignored).collect();
    check(&[log_group, (".tfcheck.hcl", &ignore)], &["."], ".tfcheck.hcl:15001:8]");
    let few: String = (0..5_000).map(ignored).collect();
    check(&[log_group, (".tfcheck.hcl", &few)], &["."], "warning[log-group-retention-never]");
    let addresses: Vec<String> = (0..5_000).map(|i| format!("\"aws_b.c{i}\"")).collect();
    let one = format!("ignore \"security\" {{\n  addresses = [{}]\n}}\n", addresses.join(", "));
    check(&[log_group, (".tfcheck.hcl", &one)], &["."], "more than 5000 names in all");
    for (paths, length) in [(5_001, 4), (1_000, 140)] {
        let paths: String = (0..paths).map(|i| format!("\"f{i:0length$}\", ")).collect();
        let many = format!("ignore \"security\" {{\n  paths = [{paths}]\n}}\n");
        check(&[log_group, (".tfcheck.hcl", &many)], &["."], "more than 5000 paths or 128 KiB of them");
    }
    let environments: String = (0..1_001).map(|i| format!("environment \"e{i}\" {{}}\n")).collect();
    check(&[log_group, (".tfcheck.hcl", &environments)], &["."], "more than 1000 environments");
    let wrong: String = (0..1_000).map(|i| format!("a{i} = 1\n")).collect();
    check(
        &[log_group, (".tfcheck.hcl", &wrong)],
        &["."],
        "1000 faults in the settings\n  the first 100 of them are shown",
    );
    let rules: String = (0..5_001).map(|i| format!("rule \"x-{i}\" {{}}\n")).collect();
    check(&[log_group, ("r.hcl", &rules)], &["--rules", "r.hcl", "."], "more than 5000 rules");
    let functions: String =
        (0..2_001).map(|i| format!("function \"f{i}\" {{\n  params = []\n  value = f{}()\n}}\n", i + 1)).collect();
    check(&[log_group, ("r.hcl", &functions)], &["--rules", "r.hcl", "."], "more than 2000 functions");
    // What a rule's checks share counts for each of them.
    let locals: String = (0..450).map(|i| format!("a{i} = local.a{}\n", i + 1)).collect();
    let checks: String = (0..450).map(|i| format!("check \"c{i}\" {{}}\n")).collect();
    let rule = format!("rule \"x-y\" {{\nlocals {{\n{locals}a450 = 1\n}}\n{checks}}}\n");
    check(&[log_group, ("r.hcl", &rule)], &["--rules", "r.hcl", "."], "more than 200000 locals and conditions");
}

#[test]
fn faults_of_one_file() {
    let text = compact(&[("main.tf", &"x {}\n".repeat(3_000)), ("other.tf", "y {}\n")], &["."]);
    assert_eq!(text.lines().filter(|line| line.starts_with("main.tf")).count(), 1_001);
    assert!(text.contains("main.tf:1001:1: warning[limit-reached]: more than 1000 faults in what a file declares"));
    assert!(text.contains("other.tf:1:1: error[invalid-configuration]"), "{}", &text[..2_000]);
}

/// Where there are many instances each is worth less work, but not what is worked out once for all of them.
#[test]
fn what_many_instances_may_cost() {
    let rule = |require: &str| {
        format!(
            "function \"many\" {{
  params      = []
  description = \"d\"
  value       = [for a in range(1000) : [for b in range(30) : b]]
}}

rule \"x-y\" {{
  title    = \"t\"
  severity = \"error\"
  category = \"cost\"
  scenario = \"s\"
  resource = \"aws_eip\"
  require  = {require}
  message  = \"too many\"
  why      = \"w\"
}}
"
        )
    };
    let main = ("main.tf", "resource \"aws_eip\" \"a\" {\n  count = 12000\n}\n");
    let select = ["--rules", "r.hcl", "--select", "x-y", "-v", "."];
    check(&[main, ("r.hcl", &rule("length(many()) == 0"))], &select, "11997 more: too many");
    let each = rule("self.instance_key != \"0\" || length([for a in many() : [for b in a : self.domain]]) == 0");
    check(&[main, ("r.hcl", &each)], &select, "elements is not evaluated");
    // What is asked about a kind and a row of facts is not about one of them either.
    let watched = |i: usize| {
        format!(
            "resource \"aws_sqs_queue\" \"q{i}\" {{}}
resource \"aws_cloudwatch_metric_alarm\" \"a{i}\" {{
  namespace   = \"AWS/SQS\"
  metric_name = \"ApproximateAgeOfOldestMessage\"
  dimensions  = {{ QueueName = aws_sqs_queue.q{i}.name }}
}}
"
        )
    };
    let queues: String = (0..900).map(watched).collect();
    let ran = Case::new(&[("main.tf", &queues)]).run(&["--select", "critical-metric-not-alarmed", "."]);
    assert!(ran.out.contains("1800 resources") && !ran.out.contains("undecided"), "{ran}");
}

#[test]
fn chains_are_followed_to_their_end() {
    let chain: String = (0..5_000).map(|i| format!("  a{i} = local.a{}\n", i + 1)).collect();
    let main = format!("locals {{\n{chain}  a5000 = 1\n}}\n");
    assert_eq!(compact(&[("main.tf", &main)], &["."]), "");
    let longer: String = (0..30_000).map(|i| format!("  a{i} = local.a{}\n", i + 1)).collect();
    let main = format!("locals {{\n  z = local.a0\n{longer}  a30000 = 1\n}}\n");
    check(&[("main.tf", &main)], &["."], "more than 10000 expressions that ask for each other");
    // What is handed on refers to all that it has come through.
    let named: String = (1..8_000)
        .map(|i| format!("resource \"aws_eip\" \"a{i}\" {{\n  address = aws_eip.a{}.address\n}}\n", i - 1))
        .collect();
    let main = format!("resource \"aws_eip\" \"a0\" {{\n  address = \"192.0.2.1\"\n}}\n{named}");
    check(&[("main.tf", &main)], &["."], "in more than 5000000 steps in all");
    assert_eq!(compact(&[("main.tf", &main)], &["."]).matches("steps in all").count(), 1);
    // Texts that grow, known or known in part, and which all are kept.
    for first in ["\"x\"", "var.x"] {
        let growing: String = (1..30_000).map(|i| format!("  a{i} = upper(\"${{local.a{}}}xx\")\n", i - 1)).collect();
        let main = format!("variable \"x\" {{}}\nlocals {{\n  a0 = {first}\n{growing}}}\n");
        check(&[("main.tf", &main)], &["."], "more than 512 MiB of long texts");
    }
    let folders: Vec<(String, String)> = (0..70)
        .map(|i| (format!("m{i}/main.tf"), format!("module \"a\" {{\n  source = \"../m{}\"\n}}\n", i + 1)))
        .collect();
    let files: Vec<(&str, &str)> = folders.iter().map(|(name, text)| (&**name, &**text)).collect();
    check(&files, &["m0"], "modules call each other more than 64 levels deep");
}

/// Each evaluates many times what takes long once: a loop over functions that look at all of a long text or list.
#[test]
fn loops_over_much_work() {
    let main = r#"locals {
  l = flatten([for i in range(1000) : [for j in range(30) : "x${i * 1000 + j}"]])
  m = { for x in local.l : x => x }
  t = join("", [for i in range(1000) : join("", [for j in range(1000) : "xxxxxxxx"])])
  s = substr(local.t, 0, 900000)
  k = join("", [for i in range(1000) : sha512("${i}")])
}
"#;
    let case = Case::new(&[("main.tf", main)]);
    let too_much = "more than 2000000 elements";
    for (expression, expected) in [
        ("[for x in local.l : contains(local.l, \"z${x}\")]", too_much),
        ("[for x in local.l : local.m == { for k, v in local.m : k => v }]", too_much),
        ("[for x in local.l : concat(local.l, [x])[0]]", too_much),
        ("[for x in local.l : strcontains(local.t, \"z${x}\")]", too_much),
        ("[for x in local.l : try(local.m[local.t], x)]", too_much),
        ("{ for x in local.l : local.t => x... }", too_much),
        ("[for x in local.l : element(local.l, 7)][7]", "x7"),
        ("[for x in local.l : length(local.l)][7]", "30000"),
        ("[for x in local.l : lookup(local.m, x)][7]", "x7"),
        ("length(distinct(concat(local.l, local.l)))", "30000"),
        ("length(setsubtract(local.l, slice(local.l, 1, 30000)))", "1"),
        ("length(matchkeys(local.l, local.l, local.l))", "30000"),
        ("regexall(\"(?:.*x){50}y|x\", local.s)", "the text is too long for this regular expression"),
        ("replace(local.s, \"/(?:x*)z|x/\", \"y\")", "the text is too long for this regular expression"),
        ("length(replace(local.k, \"/[a-f]/\", \"\")) > 1000", "true"),
        ("regex(\"[a-f].{900}Z\", local.k)", "limit-reached"),
    ] {
        let ran = case.run_within(60, &["eval", expression]);
        assert!((ran.out.clone() + &ran.err).contains(expected), "{expression}\n{:.2000}", ran.to_string());
    }
}

/// Files are read, and folders listed, as often as they are asked for by another name.
#[test]
fn loops_over_files() {
    let big = "a".repeat(1_000_000);
    let asked = [
        ("filesha256(\"${x}big\")", "more than 2000000 elements"),
        ("file(\"${x}big\")", "more than 2000000 elements"),
        ("fileexists(\"${x}none\")", "more than 2000000 elements"),
        ("fileset(x, \"**/x\")", "more than 2000000 elements"),
    ];
    for (call, expected) in asked {
        let main = format!(
            "locals {{
  p = [for i in range(300) : join(\"\", [for k in range(i) : \"./\"])]
  a = [for i in range(1000) : [for x in local.p : {call} if i >= 0 && length(x) != i]]
}}
"
        );
        let ran = Case::new(&[("main.tf", &main), ("big", &big)]).run_within(60, &["--format", "compact", "."]);
        assert!(ran.out.contains(expected), "{call}\n{:.2000}", ran.to_string());
    }
}

/// Values that share their parts are large although little was written: whatever goes through them is paid for, and of
/// what is open in part each level is converted once.
#[test]
fn values_that_share_their_parts() {
    let doubled = |name: &str, leaf: &str| -> String {
        let levels = (1..=12).map(|i| format!("  {name}{i} = [local.{name}{}, local.{name}{}]\n", i - 1, i - 1));
        format!("  {name}0 = {leaf}\n{}", levels.collect::<String>())
    };
    let lists = format!("locals {{\n{}{}}}\n", doubled("b", "[var.v]"), doubled("c", "[var.v, 1]"));
    let expressions = [
        "setunion([local.b12], [local.c11])",
        "true ? local.b12 : [local.c11]",
        "distinct([local.b12, local.c12])",
        "matchkeys([local.b12], [local.b12], [local.c11])",
    ];
    let outputs = (0..200).map(|i| format!("output \"o{i}\" {{\n  value = {}\n}}\n", expressions[i % 4]));
    let main = format!("variable \"v\" {{}}\n{lists}{}", outputs.collect::<String>());
    let ran = Case::new(&[("main.tf", &main)]).run(&["--format", "compact", "."]);
    assert!(ran.out.contains("in more than 5000000 steps in all"), "{:.2000}", ran.to_string());

    let nested = format!("{}var.v{}", "tolist([".repeat(40), "])".repeat(40));
    let ran = Case::new(&[("main.tf", "variable \"v\" {}\n")]).run(&["eval", &format!("length({nested})")]);
    assert_eq!(ran.out.trim(), "1", "{ran}");
}

/// Checks files with many faults in a format: what takes time by the square of their number takes many times as long.
fn is_quick(files: &[(&str, &str)], format: &str) {
    let ran = Case::new(files).run_within(30, &["--format", format, "."]);
    assert_eq!(ran.status, 1, "{}", ran.err);
}

/// Numbers far from one have thousands of digits, which are worked out only where they are wanted, and paid for.
#[test]
fn numbers_far_from_one() {
    let far = ["1e-19999", "1e19999", "-7.7e-12345"];
    let literals: String = (0..20_000).map(|i| format!("output \"a{i}\" {{\n  value = {}\n}}\n", far[i % 3])).collect();
    let printed = (0..2_000).map(|i| format!("output \"b{i}\" {{\n  value = \"${{{}}}\"\n}}\n", far[i % 3]));
    let main = literals + &printed.collect::<String>();
    let ran = Case::new(&[("main.tf", &main)]).run_within(60, &["--format", "compact", "."]);
    assert!(ran.out.contains("values of more than 10000000 parts in all are not kept"), "{:.2000}", ran.to_string());
    let many = "[for i in range(1000) : 1e-19999]";
    let case = Case::new(&[("main.tf", "output \"a\" {}\n")]);
    for expression in
        ["distinct([L, [L]])", "formatlist(\"%.3f\", L)", "sort(L)", "toset(L)", "[for x in L : \"${x}\"]"]
    {
        let ran = case.run_within(60, &["eval", &expression.replace('L', many)]);
        assert!((ran.out.clone() + &ran.err).contains("more than"), "{expression}\n{:.2000}", ran.to_string());
    }
    assert_eq!(case.run(&["eval", "1e-19999 < 1e-19998 && 1e19999 > 1e19998"]).out.trim(), "true");
}

/// What thousands of subnets, findings or blocks have in common is worked out, and written down, once.
#[test]
fn thousands_that_share_something() {
    let network = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "r" {
  count                  = 1500
  route_table_id         = aws_route_table.main.id
  destination_cidr_block = count.index == 0 ? "0.0.0.0/0" : "10.${count.index}.0.0/16"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_subnet" "s" {
  count      = 1500
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet("10.0.0.0/16", 12, count.index)
}
resource "aws_route_table_association" "a" {
  count          = 1500
  subnet_id      = aws_subnet.s[count.index].id
  route_table_id = aws_route_table.main.id
}
resource "aws_eks_fargate_profile" "f" {
  cluster_name           = "main"
  fargate_profile_name   = "f"
  pod_execution_role_arn = "arn:aws:iam::123456789012:role/f"
  subnet_ids             = aws_subnet.s[*].id
  selector {
    namespace = "default"
  }
}
"#;
    let metric = |i: usize| {
        let dimensions = "      dimensions = { FunctionName = aws_lambda_function.f.arn }\n";
        let metric = "      namespace   = \"AWS/Lambda\"\n      metric_name = \"Errors\"\n      period = 60\n      stat = \"Sum\"";
        format!("  metric_query {{\n    id = \"m{i}\"\n    metric {{\n{metric}\n{dimensions}    }}\n  }}\n")
    };
    let metrics: String = (0..4_000).map(metric).collect();
    let alarm = format!(
        "resource \"aws_lambda_function\" \"f\" {{\n  function_name = \"f\"\n}}\n\
         resource \"aws_cloudwatch_metric_alarm\" \"a\" {{\n  alarm_name = \"a\"\n{metrics}}}\n"
    );
    for (main, rule) in [(network, "eks-fargate-public-subnet"), (&*alarm, "alarm-dimension-wrong-attribute")] {
        let ran = Case::new(&[("main.tf", main)]).run_within(60, &["--format", "compact", "."]);
        assert!(ran.out.contains(rule), "{:.2000}", ran.to_string());
    }
}

#[test]
fn texts_that_look_like_secrets_to_their_end() {
    for text in ["sensitive(", "-----BEGIN PRIVATE KEY-----\n", "password=<<A\n", "token=a:"] {
        is_quick(&[("main.tf", &text.repeat(3_000_000 / text.len())), ("b.tf", "output \"a\" {}\n")], "compact");
    }
    let long = format!("locals {{\n  password = \"{}\"\n}}\n", "ab".repeat(2_000_000));
    is_quick(&[("main.tf", &long), ("b.tf", "output \"a\" {}\n")], "compact");
}

#[test]
fn time_does_not_grow_with_the_square_of_the_faults() {
    let unknown: String = (0..10_000).map(|i| format!("  a{i} = local.nope{i}\n")).collect();
    let unknown = format!("locals {{\n{unknown}}}\n");
    is_quick(&[("main.tf", &unknown)], "compact");
    let name = "x".repeat(100_000);
    is_quick(&[("main.tf", &format!("locals {{\n  {name} = 1\n  b = local.y{name}\n}}\n"))], "compact");
    is_quick(&[("main.tf", &"output \"a\" {}\n".repeat(20_000))], "gitlab");
    let variables: String = (0..20_000).map(|i| format!("variable \"v{i}\" {{}}\n")).collect();
    let arguments: String = (0..20_000).map(|i| format!("  v{i} = {i}\n")).collect();
    let call = format!("output \"a\" {{}}\nmodule \"m\" {{\n  source = \"./m\"\n{arguments}}}\n");
    is_quick(&[("main.tf", &call), ("m/main.tf", &variables)], "compact");
    let key = "a.".repeat(1_000_000);
    let list = format!("{{\"Modules\": [{{\"Key\": \"{key}\", \"Source\": \"x\", \"Dir\": \"x\"}}]}}");
    is_quick(&[("main.tf", "output \"a\" {}\n"), (".terraform/modules/modules.json", &list)], "compact");
    let in_one_line: Vec<String> = (0..5_000).map(|i| format!("\"a{i}\": \"${{1\"")).collect();
    let in_one_line = format!("{{\"locals\": {{{}}}}}", in_one_line.join(","));
    for format in ["pretty", "sarif", "rdjson"] {
        is_quick(&[("main.tf.json", &in_one_line)], format);
    }
}

/// What is not known takes several times the room of a number or a word.
#[test]
fn very_many_values_that_are_not_known() {
    let names: String = (0..1000).map(|i| format!("q{i} = aws_sqs_queue.q{i}\n")).collect();
    let queues: String = (0..1000).map(|i| format!("resource \"aws_sqs_queue\" \"q{i}\" {{}}\n")).collect();
    let lists = (0..1500).map(|i| format!("  l{i} = [for k, v in local.all : \"${{v.arn}}/{i}\"]\n"));
    let main = format!("locals {{\n  all = {{\n{names}}}\n{}}}\n{queues}", lists.collect::<String>());
    let quick = ["--select", "tf-provider-unpinned", "."];
    check(&[("main.tf", &main)], &quick, "values of more than 10000000 parts in all are not kept");
}

/// Each document of a chain holds all those before it.
#[test]
fn policy_documents_that_are_merged_again_and_again() {
    let long = "x".repeat(60_000);
    let document = |i: usize| {
        let sources = match i {
            0 => String::new(),
            _ => format!("  source_policy_documents = [data.aws_iam_policy_document.d{}.json]\n", i - 1),
        };
        let statement = format!("statement {{\n    sid = \"s{i}\"\n    actions = [\"{long}\"]\n  }}");
        format!("data \"aws_iam_policy_document\" \"d{i}\" {{\n{sources}  {statement}\n}}\n")
    };
    let main: String = (0..50).map(document).collect();
    let last = "output \"p\" {\n  value = data.aws_iam_policy_document.d49.json\n}\n";
    let quick = ["--select", "tf-provider-unpinned", "."];
    check(&[("main.tf", &(main + last))], &quick, "policy documents of more than 32 MiB in all are not merged");
}
