//! How the picture looks.
//!
//! In: nothing. Out: CSS. It must not know what is drawn where.

use std::fmt::Write as _;

/// The picture's rules. Colours come from custom properties, with those of the light palette where
/// a page does not set them.
///
/// A script may add classes: `selected` to a card, and `near` to an edge that belongs to it.
pub const STYLE: &str = "\
.picture text{font-family:ui-sans-serif,system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif;fill:var(--text,#1b2430)}
.picture .heading{font-size:20px;font-weight:650}
.picture .summary{font-size:12.5px;fill:var(--muted,#596475)}
.picture .frame{fill:var(--panel,#ffffff);fill-opacity:.55;stroke:var(--line,#d3d9e2)}
.picture .layer-title{font-size:12.5px;font-weight:650;letter-spacing:.02em;fill:var(--muted,#596475);stroke:var(--bg,#f5f7fa);stroke-width:4px;stroke-linejoin:round;paint-order:stroke}
.picture .edge{fill:none;stroke:var(--edge,#8390a3);stroke-width:1.4px;stroke-linecap:round;stroke-linejoin:round}
.picture .card{fill:var(--panel,#ffffff);stroke:var(--line,#d3d9e2);stroke-width:1.2px}
.picture .data .card{stroke:var(--edge,#8390a3);stroke-dasharray:4 3}
.picture .kind{font-size:10.5px;fill:var(--muted,#596475)}
.picture .name{font-size:13px;font-weight:600}
.picture .key{font-weight:400;fill:var(--muted,#596475)}
.picture .sign{fill:none;stroke:var(--panel,#ffffff);stroke-width:1.8px;stroke-linecap:round;stroke-linejoin:round}
.picture.marked .node:not([data-verdict]) .name{font-weight:400;fill:var(--muted,#596475)}
.picture .create .card{stroke:var(--create,#1a7f37)}
.picture .create .badge{fill:var(--create,#1a7f37)}
.picture .update .card{stroke:var(--update,#946200)}
.picture .update .badge{fill:var(--update,#946200)}
.picture .replace .card{stroke:var(--replace,#a23b9c)}
.picture .replace .badge{fill:var(--replace,#a23b9c)}
.picture .delete .card{stroke:var(--delete,#c4282d)}
.picture .delete .badge{fill:var(--delete,#c4282d)}
.picture .delete .name{text-decoration:line-through}
.picture .adopt .badge,.picture .move .badge,.picture .record .badge,.picture .read .badge{fill:var(--accent,#3557d6)}
.picture .forget .badge{fill:var(--muted,#596475)}
.picture .danger{fill:var(--delete,#c4282d);stroke:var(--panel,#ffffff);stroke-width:1.5px;stroke-linejoin:round}
.picture .node[role=button]{cursor:pointer;outline:none}
.picture .node[role=button]:hover .card,.picture .node:focus-visible .card,.picture .node.selected .card{stroke:var(--accent,#3557d6);stroke-width:2.2px}
.picture .edge.near{stroke:var(--accent,#3557d6);stroke-width:2.2px}
";

/// The colours of a file that stands alone, by custom property.
const LIGHT: [(&str, &str); 11] = [
    ("bg", "#f5f7fa"),
    ("panel", "#ffffff"),
    ("line", "#d3d9e2"),
    ("text", "#1b2430"),
    ("muted", "#596475"),
    ("accent", "#3557d6"),
    ("create", "#1a7f37"),
    ("update", "#946200"),
    ("replace", "#a23b9c"),
    ("delete", "#c4282d"),
    ("edge", "#8390a3"),
];
const DARK: [(&str, &str); 11] = [
    ("bg", "#0e131a"),
    ("panel", "#1a212c"),
    ("line", "#34404f"),
    ("text", "#e8edf4"),
    ("muted", "#9dabbc"),
    ("accent", "#8ca6ff"),
    ("create", "#4cc26a"),
    ("update", "#e2b340"),
    ("replace", "#d88fe6"),
    ("delete", "#ff7f78"),
    ("edge", "#6f7f93"),
];

/// The rules of a file that stands alone, in plain colours: not every viewer of images knows custom
/// properties.
pub(super) fn alone() -> String {
    let mut css = String::from(".picture .paper{fill:var(--bg,)}\n");
    css.push_str(STYLE);
    let mut out = in_colours(&css, &LIGHT);
    // Writing to a string cannot fail.
    let _ = write!(out, "@media(prefers-color-scheme:dark){{\n{}}}\n", in_colours(&css, &DARK));
    out
}

/// The rules with a palette's colours in place of the properties.
fn in_colours(css: &str, palette: &[(&str, &str)]) -> String {
    let mut parts = css.split("var(--");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (property, rest) = part.split_once(')').unwrap_or((part, ""));
        let (name, fallback) = property.split_once(',').unwrap_or((property, ""));
        let colour = palette.iter().find(|it| it.0 == name).map_or(fallback, |it| it.1);
        out.push_str(colour);
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT, STYLE, alone};

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour")) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn everything_can_be_read() {
        for palette in [LIGHT, DARK] {
            let colour = |name: &str| palette.iter().find(|it| it.0 == name).expect("a property").1;
            for text in ["text", "muted", "accent", "create", "update", "replace", "delete"] {
                for on in ["bg", "panel"] {
                    assert!(contrast(colour(text), colour(on)) >= 4.5, "{text} on {on}");
                }
            }
            assert!(contrast(colour("edge"), colour("bg")) >= 3.0, "edge");
        }
    }

    #[test]
    fn a_file_has_plain_colours_and_a_page_has_the_light_ones_to_fall_back_to() {
        assert!(!alone().contains("var("), "{}", alone());
        for part in STYLE.split("var(--").skip(1) {
            let (name, colour) = part.split_once(')').and_then(|it| it.0.split_once(',')).expect("a fallback");
            assert!(LIGHT.contains(&(name, colour)), "{name} {colour}");
        }
    }
}
