//! What a resource's attributes are worth and how each came to be, in the terminal.

use super::{Detail, Look, Page, excerpt, excerpt::Mark};
use crate::infra::Origin;
use crate::report::{Note, Place, harmless, words};
use crate::secrets::Secrets;
use crate::source::SourceMap;
use crate::syntax::Text;

/// An attribute with its effective value.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Its name or path, and the instance's address where it is shown alone.
    pub name: String,
    /// The value on one line.
    pub value: String,
    /// Who decided it.
    pub origin: Origin,
    /// Where it is written; the block's header where it is not.
    pub place: Place,
    /// How it came to be, nearest step first.
    pub trail: Vec<Note>,
    /// The environments it holds in; empty where it holds in all.
    pub environments: Vec<Text>,
}

/// All attributes of an instance, one a line.
pub fn why_all(title: &str, attributes: &[Explained], sources: &SourceMap, secrets: &Secrets, look: Look) -> String {
    let mut page = Page::new(sources, secrets, Detail::default(), look);
    let title = page.painter.strong(&harmless::line(title));
    page.line(&title);
    let width = |text: fn(&Explained) -> &str, most: usize| {
        attributes.iter().map(|a| text(a).chars().count()).filter(|n| *n <= most).max().unwrap_or(0)
    };
    let (names, values) = (width(|a| &a.name, 50), width(|a| &a.value, 40));
    for (i, attribute) in attributes.iter().enumerate() {
        let again = i > 0 && attributes[i - 1].name == attribute.name;
        let value = page.painter.code(&format!("{:values$}", harmless::line(&attribute.value)));
        let name = if again { "" } else { &*attribute.name };
        let name = format!("{:names$}", harmless::line(name));
        let whence = harmless::line(&whence(attribute)).into_owned();
        page.line(&format!("  {name} = {value}  {whence}"));
    }
    page.out
}

/// One attribute, with the trail drawn on the source.
pub fn why_one(attribute: &Explained, sources: &SourceMap, secrets: &Secrets, look: Look) -> String {
    let mut page = Page::new(sources, secrets, Detail::default(), look);
    let name = page.painter.strong(&harmless::line(&attribute.name));
    let value = page.painter.code(&harmless::line(&attribute.value));
    page.line(&format!("{name} = {value}"));
    page.wrapped("  ", "  ", &harmless::line(&whence(attribute)));
    let label = if attribute.trail.is_empty() { words::origin(attribute.origin) } else { &attribute.value };
    let marks = Mark::list(&attribute.place, label, &attribute.trail);
    let drawn = page.painter.draw(&excerpt::excerpts(&marks, sources, &mut page.cover, look));
    page.out.push_str(&drawn);
    page.out
}

/// Who decided, and the place of the decision.
fn whence(attribute: &Explained) -> String {
    let place = attribute.trail.last().map_or(&attribute.place, |n| &n.place);
    let who = match attribute.origin {
        Origin::ProviderDefault | Origin::MissingBlock => words::origin(attribute.origin).to_owned(),
        origin => format!("{}, {}:{}", words::origin(origin), place.file, place.line),
    };
    match attribute.environments.as_slice() {
        [] => who,
        environments => format!("in {}: {who}", words::list(environments, usize::MAX)),
    }
}
