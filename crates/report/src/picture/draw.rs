//! The picture as SVG.
//!
//! In: a map, marks and a layout. Out: XML. It must not decide where anything stands.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use model::plan::Action;
use model::{Address, Mode};
use review::{Map, Verdict};

use super::Mark;
use super::layout::{self, Bend, CARD, Frame, Layout, Rectangle, Route};
use super::style;
use super::text::{clipped, escaped, width};
use crate::words::verb;

/// Around the picture.
const MARGIN: f64 = 24.0;
/// What the heading of a file needs.
const HEADING: f64 = 60.0;
const KIND_SIZE: f64 = 10.5;
const NAME_SIZE: f64 = 13.0;
const TITLE_SIZE: f64 = 13.2;
/// How round the corners of lines are.
const ROUND: f64 = 20.0;
/// From the tip of an arrow to its card.
const TIP: f64 = 2.0;
/// From the edge of a card to its text.
const INSET: f64 = 14.0;
/// What a badge needs.
const BADGE: f64 = 30.0;
/// How wide a card may be.
const WIDTHS: (f64, f64) = (150.0, 262.0);

/// Draws the map; with a title, as a file of its own.
pub(super) fn draw(map: &Map, marks: &BTreeMap<Address, Mark>, title: Option<&str>) -> String {
    let widths: Vec<f64> =
        map.nodes.iter().map(|it| card_width(&it.address, marks.contains_key(&it.address))).collect();
    let layout = layout::layout(map, &widths);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = document(&mut out, map, marks, &layout, title);
    out
}

fn document(
    out: &mut String,
    map: &Map,
    marks: &BTreeMap<Address, Mark>,
    layout: &Layout,
    title: Option<&str>,
) -> fmt::Result {
    let heading = if title.is_some() { HEADING } else { 0.0 };
    let summary = summary(map, layout);
    let least = title.map_or(0.0, |it| width(it, 22.0).max(width(&summary, NAME_SIZE)));
    let (left, top) = (-MARGIN, -MARGIN - heading);
    let across = Number(layout.width.max(least) + 2.0 * MARGIN);
    let down = Number(layout.height + 2.0 * MARGIN + heading);
    let class = if marks.is_empty() { "picture" } else { "picture marked" };
    let (role, label) = if title.is_some() { ("img", title) } else { ("group", Some("Dependency graph")) };
    let label = escaped(label.unwrap_or_default());
    let (x, y) = (Number(left), Number(top));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" viewBox=\"{x} {y} {across} {down}\" \
         width=\"{across}\" height=\"{down}\" role=\"{role}\" aria-label=\"{label}\">",
    )?;
    if let Some(title) = title {
        writeln!(out, "<title>{}</title>\n<style>\n{}</style>", escaped(title), style::alone())?;
        writeln!(out, "<rect class=\"paper\" x=\"{x}\" y=\"{y}\" width=\"{across}\" height=\"{down}\"/>")?;
        writeln!(out, "<text class=\"heading\" x=\"0\" y=\"-46\">{}</text>", escaped(title))?;
        writeln!(out, "<text class=\"summary\" x=\"0\" y=\"-24\">{}</text>", escaped(&summary))?;
    }
    layout.frames.iter().try_for_each(|it| frame(out, it))?;
    layout.routes.iter().try_for_each(|it| edge(out, it))?;
    for (number, (node, place)) in map.nodes.iter().zip(&layout.cards).enumerate() {
        card(out, number, &node.address, *place, marks.get(&node.address), title.is_none())?;
    }
    out.push_str("</svg>\n");
    Ok(())
}

/// How much there is.
fn summary(map: &Map, layout: &Layout) -> String {
    let data = map.nodes.iter().filter(|it| it.address.mode == Mode::Data).count();
    let counted = |count: usize, one: &str, more: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {more}")),
    };
    let parts = [
        counted(map.nodes.len() - data, "resource", "resources"),
        counted(data, "data source", "data sources"),
        counted(layout.frames.len(), "layer", "layers"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "Nothing here".to_owned() } else { parts.join(" · ") }
}

fn frame(out: &mut String, Frame { layer, place }: &Frame) -> fmt::Result {
    let name = escaped(layer);
    let title = escaped(&clipped(layer, TITLE_SIZE, place.width - 32.0));
    write!(out, "<g class=\"layer\" data-layer=\"{name}\"><title>{name}</title>")?;
    write!(out, "<rect class=\"frame\" {} rx=\"14\"/>", Placed(*place))?;
    let (x, y) = (Number(place.x + 17.0), Number(place.y + 24.0));
    writeln!(out, "<text class=\"layer-title\" x=\"{x}\" y=\"{y}\">{title}</text></g>")
}

/// A line with an arrow head of its own: a marker would not take on the line's colour everywhere.
fn edge(out: &mut String, route: &Route) -> fmt::Result {
    write!(out, "<path class=\"edge\" data-from=\"{}\" data-to=\"{}\" d=\"", route.from, route.to)?;
    for (index, Bend { from, to, track }) in route.bends.iter().enumerate() {
        let last = index + 1 == route.bends.len();
        let (y1, y2) = (Number(from.1), Number(to.1));
        let (x1, x2) = (from.0, if last { to.0 - TIP } else { to.0 });
        write!(out, "{}{} {y1}", if index == 0 { 'M' } else { 'L' }, Number(x1))?;
        match track {
            // That little is not worth a bend before a card, which is high enough to be met anyway.
            _ if (from.1 - to.1).abs() < if last { 5.0 } else { 0.5 } => write!(out, "H{}", Number(x2))?,
            Some(x) => {
                let round = ROUND.min(x - x1).min(x2 - x);
                let (x, down) = (*x, if to.1 > from.1 { round } else { -round });
                let (before, after) = (Number(x - round), Number(x + round));
                write!(out, "H{before}Q{} {y1} {} {}", Number(x), Number(x), Number(from.1 + down))?;
                write!(out, "V{}Q{} {y2} {after} {y2}H{}", Number(to.1 - down), Number(x), Number(x2))?;
            }
            None => {
                // A line that turns back needs room for that.
                let bend = if x2 > x1 { (x2 - x1) / 2.0 } else { CARD };
                write!(out, "C{} {y1} {} {y2} {} {y2}", Number(x1 + bend), Number(x2 - bend), Number(x2))?;
            }
        }
    }
    writeln!(out, "m-5 -4l5 4l-5 4\"/>")
}

/// The name with its key, as `public["a"]`.
fn key_of(address: &Address) -> String {
    address.key.as_ref().map_or_else(String::new, |key| format!("[{key:?}]"))
}

/// How wide a card must be for its text.
fn card_width(address: &Address, marked: bool) -> f64 {
    let name = width(&address.name, NAME_SIZE) + width(&key_of(address), NAME_SIZE);
    let badge = if marked { BADGE } else { 0.0 };
    (name.max(width(&address.kind, KIND_SIZE)) + 2.0 * INSET + badge).clamp(WIDTHS.0, WIDTHS.1).ceil()
}

fn card(
    out: &mut String,
    number: usize,
    address: &Address,
    place: Rectangle,
    mark: Option<&Mark>,
    interactive: bool,
) -> fmt::Result {
    let data = if address.mode == Mode::Data { " data" } else { "" };
    let action = mark.map_or_else(String::new, |it| format!(" {}", verb(it.action)));
    let text = match mark {
        Some(it) => format!("{address}: {}, {}", verb(it.action), it.verdict),
        None => address.to_string(),
    };
    let (plain, text) = (escaped(&address.to_string()), escaped(&text));
    write!(out, "<g class=\"node{data}{action}\" data-node=\"{number}\" data-address=\"{plain}\"")?;
    if let Some(it) = mark {
        write!(out, " data-verdict=\"{}\"", it.verdict)?;
    }
    if interactive {
        write!(out, " tabindex=\"0\" role=\"button\" aria-label=\"{text}\"")?;
    }
    write!(out, "><title>{text}</title><rect class=\"card\" {} rx=\"8\"/>", Placed(place))?;
    let room = place.width - 2.0 * INSET - if mark.is_some() { BADGE } else { 0.0 };
    let (x, above, below) = (Number(place.x + INSET), Number(place.y + 18.0), Number(place.y + 35.0));
    let kind = escaped(&clipped(&address.kind, KIND_SIZE, room));
    write!(out, "<text class=\"kind\" x=\"{x}\" y=\"{above}\">{kind}</text>")?;
    let (name, key) = (&address.name, key_of(address));
    let whole = format!("{name}{key}");
    let shown = clipped(&whole, NAME_SIZE, room);
    // A shortened name keeps its key in sight, but where one starts and the other ends is lost.
    let (name, key) = if shown == whole { (name.as_str(), key.as_str()) } else { (shown.as_str(), "") };
    write!(out, "<text class=\"name\" x=\"{x}\" y=\"{below}\">{}", escaped(name))?;
    if !key.is_empty() {
        write!(out, "<tspan class=\"key\">{}</tspan>", escaped(key))?;
    }
    out.push_str("</text>");
    if let Some(mark) = mark {
        badge(out, *mark, place)?;
    }
    out.push_str("</g>\n");
    Ok(())
}

/// The coloured edge and the sign of what happens, and a warning where that is bad.
fn badge(out: &mut String, mark: Mark, place: Rectangle) -> fmt::Result {
    let (left, inner) = (Number(place.x + 0.6), Number(place.x + 5.0));
    let [top, above, below, bottom] = [1.0, 8.0, CARD - 8.0, CARD - 1.0].map(|it| Number(place.y + it));
    write!(
        out,
        "<path class=\"badge\" d=\"M{inner} {top}Q{left} {top} {left} {above}V{below}Q{left} {bottom} {inner} {bottom}Z\"/>"
    )?;
    let (x, y) = (Number(place.x + place.width - 20.0), Number(place.y + CARD / 2.0));
    write!(
        out,
        "<g transform=\"translate({x} {y})\"><circle class=\"badge\" r=\"9.5\"/><path class=\"sign\" d=\"{}\"/></g>",
        sign(mark.action)
    )?;
    let bad = match mark.verdict {
        Verdict::Safe | Verdict::Cost | Verdict::BriefInterruption => false,
        Verdict::WiderExposure | Verdict::Outage | Verdict::DataLoss => true,
    };
    if bad {
        let (x, y) = (Number(place.x + place.width - 8.0), Number(place.y + 4.0));
        write!(
            out,
            "<g transform=\"translate({x} {y})\"><path class=\"danger\" d=\"M0 -9L9.5 7H-9.5Z\"/>\
             <path class=\"sign\" d=\"M0 -3v4.2m0 2.8v.1\"/></g>"
        )?;
    }
    Ok(())
}

/// What stands in the badge, drawn around 0, 0.
fn sign(action: Action) -> &'static str {
    match action {
        Action::Create => "M-4 0h8m-4 -4v8",
        Action::Update => "M-4.5 1c1.5 -3.5 3 -3.5 4.5 -1s3 2.5 4.5 -1",
        Action::Replace => "M-4 -2a4.6 4.6 0 0 1 8 -.6m0 -2.4v2.6h-2.6M4 2a4.6 4.6 0 0 1 -8 .6m0 2.4v-2.6h2.6",
        Action::Delete => "M-4 0h8",
        Action::Adopt => "M0 -4.5v7m-3 -3l3 3l3 -3M-4 5h8",
        Action::Forget => "M-3 -3l6 6m0 -6l-6 6",
        Action::Move => "M-4.5 0h9m-3 -3l3 3l-3 3",
        Action::Record => "M-1.2 0a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0",
        Action::Read => "M-2.7 -2.2a2.8 2.8 0 1 1 3.9 2.6q-1.2 .5 -1.2 1.6m0 2.7v.1",
    }
}

/// A number without more digits than can be seen.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounding may leave a zero with a sign.
        write!(f, "{}", (self.0 * 10.0).round() / 10.0 + 0.0)
    }
}

/// A rectangle's attributes.
struct Placed(Rectangle);

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rectangle { x, y, width, height } = self.0;
        let (x, y, width, height) = (Number(x), Number(y), Number(width), Number(height));
        write!(f, "x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
    }
}
