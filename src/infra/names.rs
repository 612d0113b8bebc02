//! The texts by which instances are named elsewhere than by a reference: their names, and what ends in them.

use super::build::Attributes;
use crate::eval::{Hint, Kind, Segment, Value};
use crate::syntax::Text;

/// Arguments by which instances are named in literals of others.
const IDENTITY: [&str; 14] = [
    "name",
    "bucket",
    "identifier",
    "cluster_identifier",
    "function_name",
    "replication_group_id",
    "cluster_id",
    "domain_name",
    "family",
    "global_cluster_identifier",
    "id",
    "arn",
    "table_name",
    "allocation_id",
];

/// Begins the token of something that is not known: equal only to itself.
pub(super) const UNKNOWN_TOKEN: char = '\u{1}';

/// Begins the token of a name behind an ARN or a URL, which says of which service it is.
const AT_END: char = '\u{2}';

/// Services whose ARNs end in the name, by how their resource types begin.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
const SERVICES: [(&str, &str); 9] = [
    ("aws_sqs_", "sqs"),
    ("aws_sns_", "sns"),
    ("aws_lambda_", "lambda"),
    ("aws_dynamodb_", "dynamodb"),
    ("aws_s3_", "s3"),
    ("aws_kinesis_stream", "kinesis"),
    ("aws_sfn_", "states"),
    ("aws_cloudwatch_event_", "events"),
    ("aws_iam_", "iam"),
];

/// The tokens by which an instance may be named elsewhere.
pub(super) fn of(type_name: &str, attributes: &Attributes) -> Vec<Text> {
    let mut tokens: Vec<Text> = IDENTITY.iter().filter_map(|name| token(attributes.get(name)?)).collect();
    if let Some((_, service)) = SERVICES.iter().find(|(begins, _)| type_name.starts_with(begins)) {
        let at_end: Vec<Text> = tokens.iter().map(|name| behind(service, name)).collect();
        tokens.extend(at_end);
    }
    tokens
}

/// The text by which a primitive value is compared: its own, or a stand-in for an unknown that is equal to itself.
pub(super) fn token(value: &Value) -> Option<Text> {
    match &value.kind {
        Kind::String(text) if !text.is_empty() => Some(text.clone()),
        Kind::Unknown(u) => match (&u.origin, &u.hint) {
            (Some(origin), _) => {
                let mut token = Text::from(UNKNOWN_TOKEN);
                token.push_str(&origin.text());
                Some(token)
            }
            (None, Hint::Text(segments)) => joined("", segments),
            _ => None,
        },
        _ => None,
    }
}

/// The token of a text of which parts are not known.
fn joined(first: &str, segments: &[Segment]) -> Option<Text> {
    let mut out = format!("{UNKNOWN_TOKEN}{first}");
    for segment in segments {
        match segment {
            Segment::Text(text) => out.push_str(text),
            Segment::Unknown(v) => out.push_str(&token(v)?),
        }
    }
    Some(out.into())
}

/// The token of the name that an ARN or the URL of a queue ends in, whatever of it is known. It names an instance here if
/// that is in the same account and region.
pub(super) fn at_end(value: &Value) -> Option<Text> {
    let end = |text: &str| text.rfind([':', '/']).map(|at| text[at + 1..].to_owned());
    match &value.kind {
        Kind::String(text) => {
            let service = service_of(text)?;
            end(text).filter(|end| !end.is_empty()).map(|end| behind(service, &end))
        }
        Kind::Unknown(unknown) => {
            let Hint::Text(segments) = &unknown.hint else { return None };
            let Some(Segment::Text(first)) = segments.first() else { return None };
            let service = service_of(first)?;
            let in_text = |segment: &Segment| match segment {
                Segment::Text(text) => end(text),
                Segment::Unknown(_) => None,
            };
            let (last, end) = segments.iter().enumerate().rev().find_map(|(at, s)| Some((at, in_text(s)?)))?;
            match &segments[last + 1..] {
                [] => (!end.is_empty()).then(|| behind(service, &end)),
                rest => joined(&end, rest).map(|name| behind(service, &name)),
            }
        }
        _ => None,
    }
}

/// The service that an ARN, or the URL of a queue, belongs to; the text may break off behind it.
fn service_of(text: &str) -> Option<&str> {
    match text.strip_prefix("arn:") {
        Some(arn) => arn.split(':').nth(1).filter(|service| !service.is_empty()),
        None => text.starts_with("https://sqs.").then_some("sqs"),
    }
}

fn behind(service: &str, name: &str) -> Text {
    format!("{AT_END}{service}:{name}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_and_urls_end_in_names() {
        let end = |text: &str| at_end(&text.into()).map(|token| token.trim_start_matches(AT_END).to_owned());
        assert_eq!(end("arn:aws:sqs:eu-west-1:111122223333:jobs").as_deref(), Some("sqs:jobs"));
        assert_eq!(end("arn:aws-cn:dynamodb:r:1:table/orders").as_deref(), Some("dynamodb:orders"));
        assert_eq!(end("https://sqs.eu-west-1.amazonaws.com/111122223333/jobs").as_deref(), Some("sqs:jobs"));
        assert_eq!(end("arn:aws:s3:::logs").as_deref(), Some("s3:logs"));
        for other in ["", "jobs", "arn:", "arn:aws", "arn:aws:sqs:r:1:", "https://example.com/jobs"] {
            assert_eq!(end(other), None, "{other}");
        }
    }

    #[test]
    fn names_are_told_apart_by_service() {
        let attributes = |name: &str| [("name".into(), name.into())].into_iter().collect::<Attributes>();
        let token = at_end(&"arn:aws:lambda:r:1:function:nightly".into()).unwrap();
        assert!(of("aws_lambda_function", &attributes("nightly")).contains(&token));
        assert!(!of("aws_sqs_queue", &attributes("nightly")).contains(&token));
        assert!(!of("aws_lambda_function", &attributes("daily")).contains(&token));
    }
}
