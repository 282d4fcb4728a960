//! Values as a person reads them: strings quoted, unknowns by what they wait for, secrets hidden.
//!
//! In: a value. Out: one line or several. It must not know whose value it is or where it is shown.

use model::{Planned, Secret, Tree};

/// One line, as `{ a = "x", b = [1, 2] }`.
#[must_use]
pub fn inline(value: &Planned) -> String {
    match value {
        Tree::Null => "null".to_owned(),
        Tree::Bool(value) => value.to_string(),
        Tree::Int(value) => value.to_string(),
        Tree::Float(value) => value.to_string(),
        Tree::Text(value) => quoted(value),
        Tree::Secret(Secret::Keep) => "(secret, kept)".to_owned(),
        Tree::Secret(_) => "(secret)".to_owned(),
        Tree::Hole(pending) => format!("({pending})"),
        Tree::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<String>>().join(", ")),
        Tree::Map(map) => {
            let members = map.iter().filter(|(_, value)| !value.is_null());
            let members: Vec<String> =
                members.map(|(name, value)| format!("{} = {}", key(name), inline(value))).collect();
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
        }
    }
}

/// Several lines, two more spaces a level; text that holds JSON is laid out as JSON, other long
/// text by its own lines.
#[must_use]
pub fn lines(value: &Planned, width: usize) -> Vec<String> {
    let short = inline(value);
    if short.chars().count() <= width && !short.contains("\\n") {
        return vec![short];
    }
    laid_out(value, width)
}

/// The same with a list or map always on lines of its own, one a member: for diffs.
#[must_use]
pub fn laid_out(value: &Planned, width: usize) -> Vec<String> {
    let short = inline(value);
    let deeper = |lines: Vec<String>| lines.into_iter().map(|line| format!("  {line}")).collect::<Vec<String>>();
    let room = width.saturating_sub(2);
    match value {
        Tree::List(items) => {
            let inner = items.iter().flat_map(|item| deeper(with_comma(lines(item, room))));
            std::iter::once("[".to_owned()).chain(inner).chain(["]".to_owned()]).collect()
        }
        Tree::Map(map) => {
            let inner = map.iter().filter(|(_, value)| !value.is_null()).flat_map(|(name, value)| {
                let mut member = lines(value, room.saturating_sub(name.chars().count() + 3));
                if let Some(first) = member.first_mut() {
                    *first = format!("{} = {first}", key(name));
                }
                deeper(member)
            });
            std::iter::once("{".to_owned()).chain(inner).chain(["}".to_owned()]).collect()
        }
        Tree::Text(text) => text_lines(text),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Secret(_) | Tree::Hole(_) => vec![short],
    }
}

fn with_comma(mut lines: Vec<String>) -> Vec<String> {
    if let Some(last) = lines.last_mut() {
        last.push(',');
    }
    lines
}

fn text_lines(text: &str) -> Vec<String> {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) if json.is_object() || json.is_array() => json_lines(&json),
        Ok(_) | Err(_) => text.lines().map(quoted).collect(),
    }
}

/// A document on lines of its own. What JSON need not escape but an eye does not see, as a
/// character that turns the direction of writing, is escaped all the same.
pub(crate) fn json_lines(json: &serde_json::Value) -> Vec<String> {
    let shown = |it: char| if is_invisible(it) { format!("\\u{:04x}", u32::from(it)) } else { it.to_string() };
    format!("{json:#}").lines().map(|line| line.chars().map(shown).collect()).collect()
}

/// Control characters, and what Unicode has to mark directions and joins.
fn is_invisible(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Address, Pending};

    #[test]
    fn values_read_as_in_a_manifest() {
        let unknown = Planned::Hole(Pending::on(Address::managed("aws_vpc", "main"), "id"));
        let value = Planned::map([
            ("name", Tree::text("a \"b\"")),
            ("vpc", unknown),
            ("ports", Tree::List(vec![Tree::Int(80), Tree::Bool(true)])),
            ("password", Tree::Secret(Secret::plain(Tree::text("hidden")))),
            ("a.b", Tree::Int(1)),
        ]);
        let expect =
            r#"{ "a.b" = 1, name = "a \"b\"", password = (secret), ports = [80, true], vpc = (id of aws_vpc.main) }"#;
        assert_eq!(inline(&value), expect);
        assert_eq!(
            lines(&value, 30),
            [
                "{",
                "  \"a.b\" = 1",
                "  name = \"a \\\"b\\\"\"",
                "  password = (secret)",
                "  ports = [80, true]",
                "  vpc = (id of aws_vpc.main)",
                "}"
            ]
        );
    }
}
