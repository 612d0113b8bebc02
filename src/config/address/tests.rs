use super::*;

#[track_caller]
fn round_trips(text: &str) -> Address {
    let address: Address = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(address.to_string(), text);
    address
}

#[test]
fn addresses_survive_a_round_trip() {
    for text in [
        "aws_vpc.main",
        "aws_subnet.a[0]",
        "aws_subnet.a[*]",
        r#"aws_subnet.a["x"]"#,
        "data.aws_ami.this",
        "ephemeral.aws_secretsmanager_secret_version.s",
        r#"module.net.data.aws_subnet.a["x"]"#,
        r#"module.a.module.b["p q"].aws_x.y["r\"s"]"#,
        r#"module.a["one.two[3]"].module.c[2].module.d[*].t.n"#,
        r#"t.n["back\\slash\nnew\ttab"]"#,
        r#"t.n["$${a} %%{b} $c $$d"]"#,
        r#"t.n["\u0001 é 👍"]"#,
        r#"t.n[""]"#,
        "t-x.n-1[10]",
        "ünïcode.ñ",
    ] {
        round_trips(text);
    }
}

#[test]
fn parts_are_told_apart() {
    let address = round_trips(r#"module.net["a.b"].data.aws_subnet.a[7]"#);
    assert_eq!(address.module.steps(), [(Text::from("net"), Key::Str("a.b".into()))]);
    assert_eq!(address.mode, Mode::Data);
    assert_eq!((&*address.type_name, &*address.name, &address.key), ("aws_subnet", "a", &Key::Int(7)));
    assert_eq!(address.resource_name().to_string(), "data.aws_subnet.a");
    assert_eq!(address.module.parent(), Some(ModuleAddress::root()));
    assert_eq!(address.module.resource(&address.resource_name(), Key::Int(7)), address);
}

#[test]
fn an_unescaped_interpolation_in_a_key_is_text() {
    let address: Address = r#"t.n["${x}"]"#.parse().unwrap();
    assert_eq!(address.key, Key::Str("${x}".into()));
    assert_eq!(address.to_string(), r#"t.n["$${x}"]"#);
}

#[test]
fn what_is_no_address_says_where() {
    for (text, offset) in [
        ("", 0),
        ("aws_vpc", 7),
        ("aws_vpc.", 8),
        ("aws_vpc.a.b", 9),
        ("module.a", 8),
        ("data.x", 6),
        (r#"t.n["a]"#, 7),
        ("t.n[]", 4),
        ("t.n[0", 5),
        (r#"t.n["\q"]"#, 7),
        ("1a.b", 0),
        ("t.n[1.5]", 5),
    ] {
        let error = text.parse::<Address>().expect_err(text);
        assert_eq!(error.offset, offset, "{text}: {error}");
    }
}

#[test]
fn a_prefix_leaves_the_attribute_path() {
    let text = r#"module.a.aws_x.y["k"].tags["a"]"#;
    let (address, end) = Address::parse_prefix(text).unwrap();
    assert_eq!(address.to_string(), r#"module.a.aws_x.y["k"]"#);
    assert_eq!(&text[end..], r#".tags["a"]"#);
}

#[test]
fn module_addresses_survive_a_round_trip() {
    for text in ["", "module.a", r#"module.a["x"].module.b[0]"#] {
        assert_eq!(text.parse::<ModuleAddress>().unwrap().to_string(), text);
    }
    assert!("aws_vpc.a".parse::<ModuleAddress>().is_err());
    assert!("module.a.aws_vpc.b".parse::<ModuleAddress>().is_err());
}

#[test]
fn addresses_are_ordered_by_module_then_key() {
    let mut texts = ["module.a.t.n", "t.n[10]", "t.n[9]", "t.n", r#"t.n["a"]"#, "data.t.n"];
    texts.sort_by_key(|t| t.parse::<Address>().unwrap());
    assert_eq!(texts, ["t.n", "t.n[9]", "t.n[10]", r#"t.n["a"]"#, "data.t.n", "module.a.t.n"]);
}
