//! The embedded facts agree with themselves and with figures that AWS and the provider document.

use std::collections::BTreeSet;

use tfcheck::facts::{self, Basis, ColumnType, FactValue, Mode, Nesting, Schema, Type};

fn number(text: &'static str) -> FactValue {
    FactValue::Number(text)
}

#[test]
fn every_schema_parses_and_is_sorted() {
    let names: Vec<_> = facts::resource_types().collect();
    assert_eq!(names.len(), 1581);
    assert!(names.is_sorted_by(|a, b| a < b), "resource types are sorted and unique");
    assert_eq!(facts::provider_version(), "hashicorp/aws 6.25.0");
    let mut entries = 0;
    for name in names {
        let schema = facts::schema(name).unwrap_or_else(|| panic!("{name} does not parse"));
        entries += count_and_check(name, schema);
    }
    assert!(entries > 36_000, "only {entries} arguments and blocks");
}

fn count_and_check(place: &str, schema: &Schema) -> usize {
    assert!(schema.arguments.is_sorted_by(|a, b| a.name < b.name), "{place}: arguments");
    assert!(schema.blocks.is_sorted_by(|a, b| a.name < b.name), "{place}: blocks");
    assert!(!schema.open || schema.arguments.is_empty() && schema.blocks.is_empty(), "{place}: open");
    let of_arguments = schema.arguments.iter().map(|argument| {
        assert!(schema.block(argument.name).is_none(), "{place}.{}: argument and block", argument.name);
        1 + argument.ty.object().map_or(0, |body| count_and_check(argument.name, body))
    });
    let of_blocks = schema.blocks.iter().map(|block| 1 + count_and_check(block.name, block.body.schema()));
    of_arguments.chain(of_blocks).sum()
}

#[test]
fn schema_of_a_database_instance() {
    let schema = facts::schema("aws_db_instance").unwrap();
    let multi_az = schema.attribute("multi_az").unwrap();
    assert_eq!((&multi_az.ty, multi_az.mode, multi_az.deprecated), (&Type::Bool, Mode::OptionalComputed, false));
    assert_eq!(schema.attribute("instance_class").unwrap().mode, Mode::Required);
    assert_eq!(schema.attribute("replicas").unwrap().ty, Type::List(Box::new(Type::String)));
    assert_eq!(schema.attribute("tags").unwrap().ty, Type::Map(Box::new(Type::String)));
    assert!(schema.is_computed_only("arn") && !schema.is_computed_only("multi_az"));
    assert!(schema.attribute("mulit_az").is_none() && schema.block("multi_az").is_none());

    let restore = schema.block("restore_to_point_in_time").unwrap();
    assert_eq!((restore.nesting, restore.min, restore.max), (Nesting::List, 0, Some(1)));
    assert!(restore.body.schema().attribute("restore_time").is_some());
    assert_eq!(schema.block("timeouts").unwrap().nesting, Nesting::Single);
    assert_eq!(schema.argument_at("timeouts.create").unwrap().ty, Type::String);
    assert!(schema.argument_at("multi_az.create").is_none());
}

#[test]
fn schema_of_nested_objects() {
    let group = facts::schema("aws_security_group").unwrap();
    assert!(group.block("ingress").is_none(), "an argument, which Terraform also accepts in block form");
    assert!(matches!(&group.attribute("ingress").unwrap().ty, Type::Set(element) if element.object().is_some()));
    assert!(group.body("ingress").unwrap().attribute("cidr_blocks").is_some());

    let acl = facts::schema("aws_wafv2_web_acl").unwrap();
    let statement = acl.body("rule").unwrap().body("statement").unwrap();
    assert!(!statement.open && statement.block("geo_match_statement").is_some());
    assert!(statement.body("and_statement").unwrap().open);

    assert!(facts::schema("aws_instance").unwrap().block("network_interface").unwrap().deprecated);
    for unknown in ["", "aws_", "aws_db_instanc", "aws_db_instancf", "aws_zzz", "@timeouts.1", "#", "data.aws_ami"] {
        assert!(facts::schema(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn every_default_lies_in_the_schema_and_has_its_type() {
    let mut defaults = 0;
    let names: Vec<_> = facts::resource_types_with_defaults().collect();
    for name in &names {
        let schema = facts::schema(name).unwrap_or_else(|| panic!("no schema of {name}"));
        let known = facts::defaults(name).unwrap_or_else(|| panic!("defaults of {name} do not parse"));
        for (path, default) in known.iter() {
            let argument = schema.argument_at(path).unwrap_or_else(|| panic!("no argument {name}.{path}"));
            assert!(fits(&default.value, &argument.ty), "{name}.{path}: {default:?} is no {:?}", argument.ty);
            assert!(argument.mode != Mode::Required, "{name}.{path} is required");
            assert!(
                !default.new_resource_only || argument.mode == Mode::OptionalComputed,
                "{name}.{path} is not computed"
            );
            defaults += 1;
        }
        for (path, words) in known.conditions() {
            assert!(has(schema, path), "{name}.{path}");
            assert!(!words.is_empty() && !words.ends_with('.'), "{name}.{path}: {words}");
        }
    }
    assert!(defaults > 2_150, "only {defaults} defaults");
}

/// Whether the path leads to an argument or to a block.
fn has(schema: &Schema, path: &str) -> bool {
    match path.split_once('.') {
        None => schema.attribute(path).is_some() || schema.block(path).is_some(),
        Some((first, rest)) => schema.body(first).is_some_and(|body| has(body, rest)),
    }
}

fn fits(value: &FactValue, ty: &Type) -> bool {
    match (value, ty) {
        (FactValue::Null, _)
        | (FactValue::Bool(_), Type::Bool)
        | (FactValue::Number(_), Type::Number)
        | (FactValue::Text(_), Type::String) => true,
        (FactValue::List(items), Type::List(element) | Type::Set(element)) => {
            items.iter().all(|item| fits(item, element))
        }
        _ => false,
    }
}

#[test]
fn defaults_of_the_provider() {
    #[track_caller]
    fn check(resource: &str, path: &str, value: FactValue, basis: Basis, new_resource_only: bool) {
        let found = facts::default(resource, path).unwrap_or_else(|| panic!("no default of {resource}.{path}"));
        assert_eq!((&found.value, found.basis, found.new_resource_only), (&value, basis, new_resource_only), "{path}");
    }
    use Basis::{Checked, Documented, Service, Zero};
    let (yes, no) = (FactValue::Bool(true), FactValue::Bool(false));
    check("aws_sqs_queue", "message_retention_seconds", number("345600"), Checked, false);
    check("aws_lb_target_group", "deregistration_delay", FactValue::Text("300"), Documented, false);
    check("aws_db_instance", "auto_minor_version_upgrade", yes.clone(), Documented, false);
    check("aws_db_instance", "apply_immediately", no.clone(), Documented, false);
    check("aws_autoscaling_group", "capacity_rebalance", no.clone(), Zero, false);
    check("aws_db_instance", "multi_az", no.clone(), Service, true);
    check("aws_db_instance", "backup_retention_period", number("0"), Checked, true);
    check(
        "aws_eks_node_group",
        "instance_types",
        FactValue::List(vec![FactValue::Text("t3.medium")]),
        Documented,
        true,
    );
    check("aws_eks_cluster", "vpc_config.endpoint_public_access", yes.clone(), Documented, false);
    assert_eq!(facts::default("aws_db_instance", "instance_class"), None);
    assert_eq!(facts::default("aws_nothing", "name"), None);
    assert!(facts::condition("aws_db_instance", "backup_retention_period").is_some());
    assert_eq!(facts::default("aws_ecs_service", "launch_type"), None, "depends on the cluster");
    assert!(facts::condition("aws_ecs_service", "launch_type").is_some());
}

#[test]
fn what_the_provider_sends_wins_over_what_the_service_documents() {
    #[track_caller]
    fn check(resource: &str, path: &str, value: FactValue) {
        assert_eq!(facts::default(resource, path).map(|default| &default.value), Some(&value), "{resource}.{path}");
    }
    let (yes, no) = (FactValue::Bool(true), FactValue::Bool(false));
    let (stage, policy) = ("aws_apigatewayv2_stage", "aws_appautoscaling_policy");
    check(stage, "default_route_settings.throttling_burst_limit", number("0"));
    check(stage, "route_settings.throttling_rate_limit", number("0"));
    check("aws_api_gateway_usage_plan", "throttle_settings.rate_limit", number("0"));
    check(policy, "target_tracking_scaling_policy_configuration.scale_in_cooldown", number("0"));
    check(policy, "step_scaling_policy_configuration.cooldown", number("0"));
    check("aws_cloudfront_distribution", "default_cache_behavior.max_ttl", number("0"));
    check("aws_cloudfront_distribution", "custom_error_response.error_caching_min_ttl", number("0"));
    check("aws_lb_target_group", "health_check.healthy_threshold", number("3"));
    check("aws_lb_target_group", "health_check.unhealthy_threshold", number("3"));
    check("aws_lb_target_group", "health_check.protocol", FactValue::Text("HTTP"));
    check("aws_lb_target_group", "stickiness.enabled", yes.clone());
    check("aws_vpc_endpoint", "private_dns_enabled", no);
    check("aws_security_group", "egress", FactValue::List(vec![]));
    check("aws_elb", "cross_zone_load_balancing", yes.clone());
    check("aws_elb", "access_logs.enabled", yes);
    check("aws_autoscaling_group", "health_check_grace_period", number("300"));
}

#[test]
fn every_table_parses_and_its_keys_are_unique() {
    for name in facts::table_names() {
        let table = facts::table(name).unwrap_or_else(|| panic!("{name} does not parse"));
        let rows: Vec<_> = table.rows().collect();
        assert!(!rows.is_empty() && rows.len() == table.len(), "{name}: a row does not fit the columns");
        let fields = ["source:", "read:", "note:", "key columns:"];
        assert!(!fields.iter().any(|field| table.title.starts_with(field)), "{name}: the first line is its title");
        assert!(!table.sources.is_empty(), "{name}: no source");
        assert!(table.sources.iter().all(|source| source.starts_with("https://")), "{name}: sources");
        let keys: BTreeSet<_> = rows.iter().map(|row| row.key()).collect();
        assert_eq!(keys.len(), rows.len(), "{name}: keys");
        assert!(keys.iter().all(|key| key.split('/').all(|part| !part.is_empty())), "{name}: empty keys");
        let columns: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(columns.len(), table.columns.len(), "{name}: columns");
        let snake = |name: &str| name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(columns.iter().all(|column| snake(column)), "{name}: columns");
        for row in &rows {
            let found = facts::lookup(name, &row.key()).unwrap_or_else(|| panic!("{name}: {}", row.key()));
            assert!(found.iter().eq(row.iter()), "{name}: {}", row.key());
        }
        let dated = table.columns.iter().any(|column| column.ty == ColumnType::Date);
        assert!(!dated || table.read.is_some(), "{name}: dates age, say when they were read");
    }
}

#[test]
fn rows_of_tables() {
    #[track_caller]
    fn check(table: &str, key: &str, column: &str, want: FactValue) {
        let row = facts::lookup(table, key).unwrap_or_else(|| panic!("no row {key} in {table}"));
        assert_eq!(row.get(column), Some(&want), "{table} {key} {column}");
    }
    let types = "ec2_instance_types";
    check(types, "m5.large", "max_enis", number("3"));
    check(types, "m5.large", "ipv4_per_eni", number("10"));
    check(types, "m5.large", "vcpus", number("2"));
    check(types, "m5.large", "memory_mib", number("8192"));
    check(types, "t3.micro", "max_enis", number("2"));
    check(types, "t3.micro", "ipv4_per_eni", number("2"));
    check(types, "t3.micro", "burstable", FactValue::Bool(true));
    check(types, "m4.large", "hypervisor", FactValue::Text("xen"));
    check(types, "m7g.metal", "bare_metal", FactValue::Bool(true));
    check(types, "m7g.large", "architectures", FactValue::List(vec![FactValue::Text("arm64")]));
    let date = FactValue::Text;
    check("eks_kubernetes_versions", "1.33", "end_of_standard_support", date("2026-07-29"));
    check("lambda_runtimes", "python3.9", "deprecation_date", date("2025-12-15"));
    check("db_engine_support", "postgres/13", "standard_support_end", date("2026-02-28"));
    check("db_engine_support", "mariadb/10.11", "extended_support_end", FactValue::Null);
    check("db_unsafe_parameters", "mysql/sync_binlog", "unsafe_from", number("2"));
    check("ecs_fargate_task_size", "256", "allowed_mib", FactValue::List(["512", "1024", "2048"].map(number).into()));
    check("ecs_fargate_task_size", "4096", "max_mib", number("30720"));
    check("eks_fargate_pod_size", "0.25", "min_gb", number("0.5"));
    check("rds_proxy_free_addresses", "8xlarge", "free_addresses", number("45"));
    check("managed_prefix_list_weights", "cloudfront", "weight", number("55"));
    check("cidr_sizes", "24", "usable_in_a_subnet", number("251"));
    check("s3_storage_classes", "GLACIER", "min_storage_days", number("90"));
    check("s3_allowed_transitions", "DEEP_ARCHIVE", "to", FactValue::List(vec![]));
    check("alarm_dimensions", "AWS/NetworkELB/TargetGroup/aws_lb_target_group", "confirmed", FactValue::Bool(true));
    assert!(facts::lookup(types, "m5.gigantic").is_none() && facts::lookup("no_table", "m5.large").is_none());
    assert_eq!(facts::table(types).unwrap().len(), 1418);
}

#[test]
fn tables_name_what_the_provider_has() {
    #[track_caller]
    fn check(table: &str, resource_column: &str, path_column: &str) {
        for row in facts::table(table).unwrap().rows() {
            let text = |column: &str| row.get(column).and_then(FactValue::as_str);
            let resource = text(resource_column).unwrap_or("aws_s3_bucket").split('@').next().unwrap();
            let schema = facts::schema(resource).unwrap_or_else(|| panic!("{table}: {resource}"));
            let paths = match row.get(path_column) {
                Some(FactValue::List(paths)) => paths.iter().filter_map(FactValue::as_str).collect(),
                other => Vec::from_iter(other.and_then(FactValue::as_str)),
            };
            for path in paths {
                assert!(has(schema, &path.replace("[]", "")), "{table}: {resource}.{path}");
            }
        }
    }
    check("alarm_dimensions", "resource", "right_attributes");
    check("alarm_dimensions", "resource", "wrong_attributes");
    check("critical_alarms", "resource", "");
    check("datastore_alarms", "resource", "");
    check("implicit_log_groups", "resource", "");
    check("provider_differs_from_aws_default", "resource", "attribute");
    check("replacement_in_use", "resource", "arguments_that_replace");
    check("s3_inline_arguments", "", "argument");
    check("s3_inline_arguments", "separate_resource", "");
    check("subnet_address_consumers", "resource", "subnets");
    for row in facts::table("provider_differs_from_aws_default").unwrap().rows() {
        let text = |column: &str| row.get(column).and_then(FactValue::as_str).unwrap();
        assert!(facts::default(text("resource"), text("attribute")).is_some(), "{}", row.key());
    }
}

#[test]
fn sizes_of_fargate_lie_between_their_limits() {
    for (table, (least, most), allowed) in [
        ("ecs_fargate_task_size", ("min_mib", "max_mib"), "allowed_mib"),
        ("eks_fargate_pod_size", ("min_gb", "max_gb"), "allowed_gb"),
    ] {
        for row in facts::table(table).unwrap().rows() {
            let Some(FactValue::List(sizes)) = row.get(allowed) else { panic!("{table}: {}", row.key()) };
            assert_eq!(sizes.first(), row.get(least), "{table}: {}", row.key());
            assert_eq!(sizes.last(), row.get(most), "{table}: {}", row.key());
            assert!(sizes.is_sorted_by(|a, b| a.as_f64() < b.as_f64()), "{table}: {}", row.key());
        }
    }
}

#[test]
fn the_embedded_texts_stay_small() {
    let size =
        |path: &str| std::fs::metadata(format!("{}/rules/facts/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap().len();
    assert!(size("provider/schema.txt") < 700_000);
    assert!(size("provider/defaults.txt") < 200_000);
    assert!(size("ec2_instance_types.tsv") < 150_000);
}

#[test]
fn every_secret_is_in_the_schema() {
    let types: Vec<_> = facts::types_with_secrets().collect();
    assert!(types.is_sorted_by(|a, b| a < b), "resource types are sorted and unique");
    for name in types {
        let schema = facts::schema(name).unwrap_or_else(|| panic!("there is no {name}"));
        let paths: Vec<_> = facts::secret_paths(name).collect();
        assert!(!paths.is_empty() && paths.is_sorted_by(|a, b| a < b), "{name}: {paths:?}");
        for path in paths {
            assert!(schema.argument_at(path).is_some(), "{name} has no {path}");
        }
    }
    assert!(facts::is_secret("aws_db_instance", "password") && !facts::is_secret("aws_db_instance", "username"));
    assert_eq!(facts::secret_paths("aws_mq_broker").next(), Some("ldap_server_metadata.service_account_password"));
    assert_eq!(facts::secret_paths("aws_vpc").next(), None);
}
