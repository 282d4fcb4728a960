//! Pictures of small and of large maps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use model::Address;
use model::plan::Action;
use review::{Map, Node, Verdict};

use super::layout::{Layout, Rectangle, layout};
use super::{Mark, inline, svg, text};

/// Layers of cards, each as `layer: a b c`, and edges, as `a > b`.
fn map(text: &str) -> Map {
    let mut map = Map::default();
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
        if let Some((layer, cards)) = line.split_once(':') {
            map.layers.push(layer.to_owned());
            for name in cards.split_whitespace() {
                map.nodes.push(Node { address: Address::managed("aws_thing", name), layer: layer.to_owned() });
            }
        } else if let Some((from, to)) = line.split_once('>') {
            let number = |name: &str| map.nodes.iter().position(|it| it.address.name == name.trim()).expect(name);
            map.edges.insert((number(from), number(to)));
        }
    }
    map
}

/// So many cards, each after one before it, and some of them after one of another layer too.
fn large(cards: usize, layers: usize) -> Map {
    let mut text = String::new();
    for layer in 0..layers {
        let names: Vec<String> = (layer..cards).step_by(layers).map(|it| format!("c{it}")).collect();
        writeln!(text, "layer {layer}: {}", names.join(" ")).expect("a string");
    }
    for card in 1..cards {
        // No pattern that an eye could see, and the same on every run.
        let scattered = card * 7_919 % 104_729;
        match scattered % 4 {
            0 => continue,
            1 => writeln!(text, "c{} > c{card}", scattered % card),
            _ => writeln!(text, "c{} > c{card}", card.saturating_sub(layers * (1 + scattered % 3))),
        }
        .expect("a string");
    }
    let mut map = map(&text);
    map.edges.retain(|(from, to)| from != to);
    map
}

/// Lays the map out and checks everything that has to be true of any map.
fn check(map: &Map) -> Layout {
    let widths: Vec<f64> = map.nodes.iter().map(|it| 150.0 + (it.address.name.len() % 9) as f64 * 10.0).collect();
    let layout = layout(map, &widths);
    assert_eq!(layout.cards.len(), map.nodes.len());
    let layers: BTreeSet<&str> = map.nodes.iter().map(|it| it.layer.as_str()).collect();
    let frames: BTreeMap<&str, Rectangle> = layout.frames.iter().map(|it| (it.layer.as_str(), it.place)).collect();
    assert_eq!(frames.keys().copied().collect::<BTreeSet<_>>(), layers);
    for (node, card) in map.nodes.iter().zip(&layout.cards) {
        assert!(inside(card, &frames[node.layer.as_str()]), "{node:?} {card:?}");
    }
    apart(&layout.cards);
    apart(&layout.frames.iter().map(|it| it.place).collect::<Vec<_>>());
    let whole = Rectangle { x: 0.0, y: 0.0, width: layout.width, height: layout.height };
    frames.values().for_each(|it| assert!(inside(it, &whole), "{it:?} in {whole:?}"));
    let routes: BTreeSet<(usize, usize)> = layout.routes.iter().map(|it| (it.from, it.to)).collect();
    assert_eq!((routes, layout.routes.len()), (map.edges.clone(), map.edges.len()));
    layout
}

fn inside(one: &Rectangle, other: &Rectangle) -> bool {
    one.x >= other.x
        && one.y >= other.y
        && one.x + one.width <= other.x + other.width
        && one.y + one.height <= other.y + other.height
}

fn apart(places: &[Rectangle]) {
    for (index, a) in places.iter().enumerate() {
        for b in &places[..index] {
            let (across, down) =
                (a.x < b.x + b.width && b.x < a.x + a.width, a.y < b.y + b.height && b.y < a.y + a.height);
            assert!(!(across && down), "{a:?} {b:?}");
        }
    }
}

/// Every edge goes from left to right, and past every card.
fn check_routes(layout: &Layout) {
    for route in &layout.routes {
        let (from, to) = (layout.cards[route.from], layout.cards[route.to]);
        let first = route.bends.first().expect("a start").from;
        let last = route.bends.last().expect("an end").to;
        assert_eq!(first, (from.x + from.width, from.y + from.height / 2.0));
        assert_eq!(last, (to.x, to.y + to.height / 2.0));
        for bend in &route.bends {
            assert!(bend.from.0 < bend.to.0, "{route:?}");
            assert!(bend.track.is_none_or(|it| bend.from.0 < it && it < bend.to.0), "{route:?}");
            let within = |it: &&Rectangle| it.x < bend.to.0 && bend.from.0 < it.x + it.width;
            assert_eq!(layout.cards.iter().find(within), None, "between columns there are no cards: {route:?}");
        }
        for pair in route.bends.windows(2) {
            let (start, end) = (pair[0].to, pair[1].from);
            assert_eq!(start.1, end.1, "straight through a column");
            let hit = |it: &&Rectangle| {
                it.x < end.0 && start.0 < it.x + it.width && it.y < start.1 && start.1 < it.y + it.height
            };
            assert_eq!(layout.cards.iter().find(hit), None, "{route:?}");
        }
    }
}

#[test]
fn nothing_and_little() {
    assert!(svg(&Map::default(), &BTreeMap::new(), "Nothing").contains("Nothing here"));
    check(&map("a: one"));
    check(&map("a: one two\n one > two"));
    check(&Map { layers: vec!["empty".to_owned()], ..Map::default() });
}

#[test]
fn what_depends_stands_to_the_right() {
    let layout = check(&map("a: one two three\n one > two\n two > three"));
    check_routes(&layout);
    let left: Vec<f64> = layout.cards.iter().map(|it| it.x).collect();
    assert!(left[0] < left[1] && left[1] < left[2], "{left:?}");
    let heights: BTreeSet<String> = layout.cards.iter().map(|it| it.y.to_string()).collect();
    assert_eq!(heights.len(), 1, "a chain is straight");
}

#[test]
fn layers_that_depend_on_each_other() {
    let layout = check(&map("a: one three five\n b: two four\n one > two\n two > three\n three > four\n four > five"));
    check_routes(&layout);
}

#[test]
fn edges_that_skip_columns_keep_clear_of_cards() {
    let text = "a: one two three four\n b: x y z\n one > two\n two > three\n three > four\n one > four\n one > x\n\
                x > y\n y > z\n one > z\n two > z\n x > four";
    check_routes(&check(&map(text)));
}

#[test]
fn fans_and_many_without_edges_become_grids() {
    let names = |count: usize| (0..count).map(|it| format!("c{it}")).collect::<Vec<_>>();
    let columns = |layout: &Layout| layout.cards.iter().map(|it| it.x as i64).collect::<BTreeSet<_>>().len();
    let alone = check(&map(&format!("a: {}", names(150).join(" "))));
    assert!((5..20).contains(&columns(&alone)), "{}", columns(&alone));
    for hub in ["hub > c", "c > hub"] {
        let edges = names(300).iter().fold(String::new(), |text, it| text + &hub.replace('c', it) + "\n");
        let fan = check(&map(&format!("a: hub\nb: {}\n{edges}", names(300).join(" "))));
        check_routes(&fan);
        assert!((6..20).contains(&columns(&fan)), "{}", columns(&fan));
        assert!(fan.height < 3_000.0 && fan.width < 5_000.0, "{} {}", fan.width, fan.height);
    }
}

#[test]
fn many_small_layers_stand_beside_each_other() {
    let text = (0..40)
        .fold(String::new(), |text, it| format!("{text}l{it}: a{it} b{it} c{it}\na{it} > b{it}\nb{it} > c{it}\n"));
    let layout = check(&map(&text));
    check_routes(&layout);
    assert!(layout.height < 2.0 * layout.width, "{} {}", layout.width, layout.height);
}

#[test]
fn a_map_with_loops_and_strangers_is_drawn_all_the_same() {
    let mut odd = map("a: one two three\n one > two\n two > three\n three > one\n two > two");
    odd.nodes[1].layer = "not listed".to_owned();
    check(&odd);
    odd.edges.insert((0, 99));
    assert_eq!(svg(&odd, &BTreeMap::new(), "").matches("class=\"edge\"").count(), 4);
}

#[test]
fn a_thousand_cards_in_time() {
    for (cards, layers) in [(60, 5), (300, 12), (1_000, 40), (1_000, 1), (1_000, 1_000)] {
        let map = large(cards, layers);
        let start = Instant::now();
        let picture = svg(&map, &BTreeMap::new(), "Large");
        // A hundredth of that is usual.
        assert!(start.elapsed() < Duration::from_secs(20), "{cards} {layers}: {:?}", start.elapsed());
        assert!(picture == svg(&map, &BTreeMap::new(), "Large"), "the same every time");
        check_routes(&check(&map));
    }
}

#[test]
fn a_page_finds_its_way_around() {
    let mut map = map("front \"door\" & <co>: one two\n one > two");
    map.nodes[1].address = Address::data("aws_thing", "two").member("a\"]<b>&'c\u{1}");
    let mark = Mark { action: Action::Replace, verdict: Verdict::DataLoss };
    let marks = BTreeMap::from([(map.nodes[1].address.clone(), mark)]);
    let picture = inline(&map, &marks);
    let address = "data.aws_thing.two[&quot;a\\&quot;]&lt;b&gt;&amp;&#39;c\\u{1}&quot;]";
    for part in [
        "<g class=\"layer\" data-layer=\"front &quot;door&quot; &amp; &lt;co&gt;\">",
        "<path class=\"edge\" data-from=\"0\" data-to=\"1\" d=\"M",
        "<g class=\"node\" data-node=\"0\" data-address=\"aws_thing.one\" tabindex=\"0\" role=\"button\" aria-label=\"aws_thing.one\">",
        &format!(
            "<g class=\"node data replace\" data-node=\"1\" data-address=\"{address}\" data-verdict=\"data-loss\" tabindex=\"0\""
        ),
        "class=\"danger\"",
        "class=\"picture marked\"",
    ] {
        assert!(picture.contains(part), "{part}\n{picture}");
    }
    assert!(!picture.contains("<style>") && !picture.contains("<script"));
    let alone = svg(&map, &marks, "A & B");
    assert!(alone.contains("<title>A &amp; B</title>") && alone.contains("prefers-color-scheme:dark"), "{alone}");
    assert!(!alone.contains("tabindex") && !alone.contains("role=\"button\""));
    well_formed(&picture);
    well_formed(&alone);
}

/// Every element that opens closes, in order, and every attribute has its quotes.
fn well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in xml.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("the end of a tag");
        assert!(!text.contains('>') || open.last() == Some(&"style"), "{text}");
        let entity = |it: &str| ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|name| it.starts_with(name));
        assert!(tag.split('&').skip(1).chain(text.split('&').skip(1)).all(entity), "{tag} {text}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else {
            let name = tag.split_whitespace().next().expect("a name");
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn long_text_is_shortened_in_the_middle() {
    assert_eq!(text::clipped("short", 10.0, 100.0), "short");
    let long = text::clipped("a_very_long_name_of_a_thing[\"eu-central-1a\"]", 13.0, 200.0);
    assert!(long.starts_with("a_very_long") && long.contains('…') && long.ends_with("-1a\"]"), "{long}");
    assert!(text::width(&long, 13.0) <= 200.0);
    assert_eq!(text::clipped("abc", 13.0, 0.0), "…");
    assert_eq!(text::escaped("a\n<\u{1}\u{0}"), "a &lt;\u{fffd}\u{fffd}");
}

#[test]
fn a_small_picture() {
    let small = map("network: vpc subnet\n app: role service\n vpc > subnet\n subnet > service\n role > service");
    let picture = svg(&small, &BTreeMap::new(), "Small");
    let body = picture.split_once("</style>\n").expect("a style").1;
    insta::assert_snapshot!(body);
}
