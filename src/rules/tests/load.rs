//! Mistakes in rule files, found when they are loaded.

use std::fmt::Write as _;

use super::{mistakes, rule};
use crate::rules::catalog::Entry;
use crate::rules::names::Functions;
use crate::rules::rule::{Check, Rule};
use crate::rules::{Catalog, FunctionDecl, embedded_files};
use crate::source::{FileId, SourceMap};

#[track_caller]
fn check(rules: &str, expected: &[&str]) {
    assert_eq!(mistakes(rules).lines().collect::<Vec<_>>(), expected);
}

#[track_caller]
fn check_body(body: &str, expected: &[&str]) {
    check(&rule(body), expected);
}

#[test]
fn a_good_rule_has_no_mistakes() {
    check_body("  require = self.multi_az", &[]);
}

#[test]
fn names_that_do_not_belong() {
    check_body(
        "  require = true\n  requires = true\n  fixes {\n  }",
        &[
            "`requires`: a rule has no argument `requires` [unknown argument] (did you mean `require`?)",
            "`fixes`: a rule has no block `fixes` [unknown block] (did you mean `fix`?)",
        ],
    );
    check_body(
        "  require = true\n  fix = 1\n  at {\n  }",
        &[
            "`fix`: a rule has no argument `fix` [unknown argument] (`fix` is a block: write it without `=`)",
            "`at`: a rule has no block `at` [unknown block] (`at` is an argument: write it with `=`)",
        ],
    );
    check(
        "rules \"a\" {\n}\nx = 1\n",
        &[
            "`x`: a rule file has no argument `x` [unknown argument]",
            "`rules`: a rule file has no block `rules` [unknown block] (did you mean `rule`?)",
        ],
    );
}

#[test]
fn what_every_rule_says() {
    check(
        "rule \"a\" {\n}\n",
        &[
            "`rule \"a\"`: this rule does not say what it looks at [no subject] (add `resource = \"aws_…\"`, or `data`, \
             `module`, `provider`, `block`)",
            "`rule \"a\"`: this rule has no `severity` [no `severity`]",
            "`rule \"a\"`: this rule has no `require` [no `require`]",
            "`rule \"a\"`: this rule has no `message` [no `message`]",
            "`rule \"a\"`: this rule has no `title` [no `title`]",
            "`rule \"a\"`: this rule has no `category` [no `category`]",
        ],
    );
    check(
        "rule {\n}\nrule \"a\" \"b\" {\n}\n",
        &[
            "`rule`: this `rule` has no name [no name] (write `rule \"name\" {`)",
            "`\"b\"`: a `rule` has one name [one too many]",
        ],
    );
}

#[test]
fn words_of_closed_sets() {
    check(
        &rule("  require = true\n  fix {\n    safety = \"save\"\n    impact = \"in place\"\n  }")
            .replace("\"error\"", "\"eror\""),
        &[
            "`\"eror\"`: `eror` is not a severity: it is `error`, `warning` or `advice` [unknown word] (did you mean `error`?)",
            "`\"save\"`: `save` is not a safety: it is `safe` or `unsafe` [unknown word] (did you mean `safe`?)",
            "`\"in place\"`: `in place` is not a impact: it is `none`, `in-place`, `reboot`, `replacement` or \
             `new-resource` [unknown word] (did you mean `in-place`?)",
            "`rule \"r\"`: this rule has no `severity` [no `severity`]",
        ],
    );
    check_body(
        "  require = true\n  why = \"${self.address}\"\n  production_only = 1\n  sources = [1]",
        &[
            "`\"${self.address}\"`: `why` is a plain text [not a plain text] (only `message`, `note` and the parts of a fix \
             are filled in for an instance)",
            "`1`: `production_only` is `true` or `false` [neither]",
            "`1`: `sources` is a plain text [not a plain text] (write it in quotes)",
        ],
    );
}

#[test]
fn names_in_expressions() {
    check_body(
        "  require = selff.x && local.y == setting.z && nope(1) && lenth([]) == 0",
        &[
            "`selff`: there is no `selff` here [not declared] (did you mean `self`?)",
            "`y`: there is no `local.y` [not declared]",
            "`z`: there is no `setting.z` [not declared]",
            "`nope`: there is no function `nope` [unknown function] (did you mean `one`?)",
            "`lenth`: there is no function `lenth` [unknown function] (did you mean `length`?)",
        ],
    );
    check_body(
        "  require = [for a, b in [1] : a + b + c][0] == \"${upper(\"x\", \"y\")}\"",
        &[
            "`c`: there is no `c` here [not declared]",
            "`upper`: `upper` takes 1 argument, not 2 [wrong number of arguments]",
        ],
    );
    check_body(
        "  require = has_word(\"x\") && cidr_size([1]...) > 0",
        &[
            "`has_word`: `has_word` takes at least 2 arguments, not 1 [wrong number of arguments]",
            "`cidr_size`: `cidr_size` takes no spread arguments [`...` is not possible] (pass the list itself where several \
             texts are allowed)",
        ],
    );
}

#[test]
fn each_needs_something_to_iterate() {
    check_body(
        "  require = each.value",
        &[
            "`each`: there is no `each` without `for_each` [nothing is iterated here] (add `for_each` to the rule or the check)",
        ],
    );
    check_body(
        "  for_each = [1]\n  require = each.values",
        &["`values`: there is no `each.values` [not declared] (did you mean `each.value`?)"],
    );
    check_body(
        "  locals {\n    x = each.value\n  }\n  check \"a\" {\n    for_each = [1]\n    require = local.x == 1\n  }\n  \
         check \"b\" {\n    require = local.x == 1\n  }",
        &["`local.x == 1`: `each` is read where nothing is iterated [reads `each`, itself or through a local] (add \
           `for_each` to the check, or keep this clause out of it)"],
    );
    check_body(
        "  locals {\n    x = each.value\n  }\n  for_each = local.x\n  require = true",
        &["`local.x`: what is iterated cannot depend on `each` [reads a local that reads `each`]"],
    );
}

#[test]
fn circles() {
    check_body(
        "  locals {\n    a = local.b\n    b = local.c\n    c = local.a\n    d = local.a\n  }\n  require = local.d",
        &[
            "`a`: `local.a` depends on itself [part of a circle]",
            "`b`: `local.b` depends on itself [part of a circle]",
            "`c`: `local.c` depends on itself [part of a circle]",
        ],
    );
    check(
        &format!(
            "{}function \"a\" {{\n  params = [x]\n  value = b(x)\n}}\nfunction \"b\" {{\n  params = [x]\n  value = a(x)\n}}\n",
            rule("  require = a(self)")
        ),
        &[
            "`\"a\"`: function `a` calls itself [itself or through others]",
            "`\"b\"`: function `b` calls itself [itself or through others]",
        ],
    );
}

#[test]
fn things_that_are_there_twice() {
    check_body(
        "  locals {\n    a = 1\n  }\n  setting \"s\" {\n    default = 1\n  }\n  setting \"s\" {\n    default = 2\n  }\n  \
         check \"c\" {\n    require = true\n    locals {\n      a = 2\n    }\n  }\n  check \"c\" {\n    require = true\n  }",
        &[
            "`\"s\"`: there are two settings `s` [the second]",
            "`a`: there are two locals `a` [the second]",
            "`\"c\"`: there are two checks `c` [the second]",
        ],
    );
    let twice = rule("  require = true").repeat(2);
    check(&twice, &["`\"r\"`: there are two rules `r` [the second]"]);
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

#[test]
fn what_a_rule_may_hold_is_bounded() {
    let beyond = |place: &str, what: &str| format!("`{place}`: more than {what} are not taken [the first of the rest]");
    for (more, place, what) in [
        (format!("  locals {{\n{}  }}\n", many(501, |i| format!("    a{i} = 1\n"))), "a500", "500 locals"),
        (format!("  skip = [{}]\n", many(501, |i| format!("self.a{i}, "))), "self.a500", "500 conditions"),
        (many(501, |i| format!("  setting \"s{i}\" {{\n    default = 1\n  }}\n")), "\"s500\"", "500 settings"),
        (many(501, |i| format!("  check \"c{i}\" {{\n    require = true\n  }}\n")), "check \"c500\"", "500 checks"),
        (
            format!("  check \"c\" {{\n    locals {{\n{}    }}\n  }}\n", many(501, |i| format!("      a{i} = 1\n"))),
            "a500",
            "500 locals",
        ),
        (many(501, |i| format!("  also {{\n    at = self\n    note = \"{i}\"\n  }}\n")), "also", "500 further places"),
        (format!("  data = [{}]\n", many(500, |i| format!("\"aws_{i}\", "))), "\"aws_499\"", "500 patterns"),
    ] {
        check_body(&format!("  require = true\n{more}"), &[&beyond(place, what)]);
    }
    let params = many(101, |i| format!("p{i}, "));
    check(
        &format!("function \"f\" {{\n  params = [{params}]\n  value = 1\n}}\n"),
        &[&beyond("p100", "100 parameters")],
    );
    // What few bytes stand for counts as often as it is there.
    let locals = format!("  locals {{\n{}  }}\n", many(450, |i| format!("    a{i} = 1\n")));
    let checks = many(450, |i| format!("  check \"c{i}\" {{\n    require = true\n  }}\n"));
    let wild = format!("  data = [{}]\n", many(490, |i| format!("\"aws_{i}_{}*\", ", "x".repeat(30))));
    let all = "200000 locals and conditions of all checks";
    for body in [locals + &checks, wild] {
        check_body(&format!("  require = true\n{body}"), &[&beyond("rule \"r\"", all)]);
    }
}

#[test]
fn long_chains_of_locals_are_followed() {
    let chain = |last: &str| many(499, |i| format!("    a{i} = local.a{}\n", i + 1)) + &format!("    a499 = {last}\n");
    let body = |last: &str| format!("  locals {{\n{}  }}\n  require = local.a0", chain(last));
    check_body(&body("self.multi_az"), &[]);
    let circles = mistakes(&rule(&body("local.a0")));
    assert_eq!(circles.lines().count(), 500, "{circles}");
}

#[test]
fn a_given_rule_replaces_the_embedded_one() {
    let sources = SourceMap::new();
    let given = rule("  require = true").replace("\"r\"", "\"rds-multi-az\"");
    let file = sources.add("own.hcl".as_ref(), "own.hcl", given);
    let count = Catalog::embedded(&sources).ids().count();
    let catalog = Catalog::embedded(&sources).with_files(&[file]).unwrap();
    assert_eq!(catalog.ids().count(), count);
    assert_eq!(&*catalog.rule("rds-multi-az").unwrap().info.service, "own");
}

/// The build script writes them as they are run, without checking or compiling them.
#[test]
fn embedded_files_say_what_their_texts_say() {
    let sources = SourceMap::new();
    let given: Vec<_> =
        embedded_files().iter().map(|file| sources.add(file.path.as_ref(), file.path, file.text)).collect();
    let (compiled, embedded) = (Catalog::of_files(&sources, &given).unwrap(), Catalog::embedded(&sources));
    let named = |text: String, file: FileId| text.replace(&format!("{file:?}"), "");
    let check = |what: &str, compiled: String, embedded: String| {
        let differs = compiled.bytes().zip(embedded.bytes()).position(|(a, b)| a != b);
        assert!(compiled == embedded, "{what}: {:?}", differs.map(|at| &embedded[at.saturating_sub(99)..]));
    };
    assert!(compiled.ids().eq(embedded.ids()));
    for (at, id) in embedded.ids().enumerate() {
        let text = |rule: &Rule| named(format!("{rule:?}"), rule.span.file);
        check(id, text(&compiled.rule(id).unwrap()), text(&embedded.rule(id).unwrap()));
        let [known, read] = [&compiled, &embedded].map(|catalog| {
            let Entry { category, subjects, within, .. } = &catalog.entries[at];
            format!("{category:?} {subjects:?} {within:?}")
        });
        check(id, known, read);
    }
    let [functions, read] = [&compiled, &embedded].map(Catalog::declared_functions);
    assert_eq!(functions.len(), read.len());
    for (function, read) in functions.iter().zip(&read) {
        let text = |decl: &FunctionDecl| named(format!("{decl:?}"), decl.header.file);
        let name = &function.name.text;
        check(name, text(function), text(read));
        let [known, read] = [&compiled, &embedded].map(|catalog| format!("{:?}", catalog.signature(name)));
        check(name, known, read);
    }
}

#[test]
fn embedded_rules_look_the_same_without_their_words() {
    let sources = SourceMap::new();
    let catalog = Catalog::embedded(&sources);
    for (at, entry) in catalog.entries.iter().enumerate() {
        let (whole, wordless) = (catalog.rule(&entry.id).unwrap(), catalog.wordless_at(at).unwrap());
        assert!(wordless.info.title.is_empty() && wordless.info.why.is_empty() && wordless.info.fix.is_none());
        let logic = |rule: &Rule| {
            let Rule { info, span, subjects, first, settings, checks } = rule;
            let subjects: Vec<_> = subjects.iter().map(|s| s.pattern.text()).collect();
            let info = (&info.severity, &info.category, &info.scenario, &info.supersedes, &info.settings);
            let mut text = format!("{info:?} {span:?} {subjects:?} {first} {settings:?}\n");
            for check in checks {
                let Check { name, severity, scenario, production_only, skips, require, for_each, locals, .. } = check;
                let asked = (skips, require, for_each, locals, &check.steps, &check.element_steps);
                let _ = writeln!(text, "{name} {severity:?} {scenario} {production_only} {asked:?}");
            }
            text
        };
        assert_eq!(logic(&whole), logic(&wordless), "{}", entry.id);
    }
}

#[test]
fn functions_see_their_parameters_only() {
    check(
        "function \"f\" {\n  params = [a]\n  value = self.x + a\n}\nfunction \"upper\" {\n  value = 1\n}\nfunction \"g\" {\n}\n",
        &[
            "`function \"g\"`: function `g` has no `value` [no `value`]",
            "`\"upper\"`: there is a function `upper` already [not yours to declare]",
            "`self`: there is no `self` here [not declared] (a function sees its parameters only: pass it in)",
        ],
    );
    check(
        &format!("{}function \"f\" {{\n  params = [a, a, 1]\n  value = a\n}}\n", rule("  require = f()")),
        &[
            "`a`: there are two parameters `a` [the second]",
            "`1`: a parameter is a bare name [not a name]",
            "`f`: `f` takes 1 argument, not 0 [wrong number of arguments]",
        ],
    );
}

#[test]
fn rules_that_are_superseded_exist() {
    check_body(
        "  require = true\n  supersedes = [\"rr\", \"r\"]",
        &[
            "`\"rr\"`: there is no rule `rr` [unknown rule] (did you mean `r`?)",
            "`\"r\"`: a rule cannot supersede itself [this rule] (did you mean `r`?)",
        ],
    );
}

#[test]
fn syntax_errors_are_mistakes_too() {
    assert!(!mistakes("rule \"a\" {\n  title = \n}\n").is_empty());
}

#[test]
fn names_that_the_provider_does_not_have() {
    check_body(
        "  require = self.multi_azz && self.restore_to_point_in_time[0].nope == 1 && length(resources(\"aws_db_instanc\")) == 0",
        &[
            "`multi_azz`: the provider has no `multi_azz` here [unknown argument] (did you mean `multi_az`?)",
            "`nope`: the provider has no `nope` here [unknown argument]",
            "`\"aws_db_instanc\"`: the provider has no resource type `aws_db_instanc` [unknown type] (did you mean \
             `aws_db_instance`?)",
        ],
    );
    check_body(
        "  locals {\n    x = referrers(self, \"aws_db_instance\", \"replicate_source\")\n  }\n  \
         require = alltrue([for y in local.x : y.engin == \"a\"])\n  fix {\n    set = { multiaz = true }\n    safety = \"safe\"\n    \
         impact = \"none\"\n  }",
        &[
            "`\"replicate_source\"`: the provider has no `replicate_source` here [unknown argument] (did you mean \
             `replicate_source_db`?)",
            "`engin`: the provider has no `engin` here [unknown argument] (did you mean `engine`?)",
            "`true`: the provider has no `multiaz` here [unknown argument] (did you mean `multi_az`?)",
        ],
    );
}
