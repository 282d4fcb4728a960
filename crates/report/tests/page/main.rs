//! The page of a review: what is in its text, and what a browser does with it.

mod samples;

use std::time::Instant;

use report::html::{About, page};
use review::Review;

const ABOUT: About<'_> = About { version: "0.1.0", made: "22 November 2026, 17:05 UTC" };

#[test]
fn every_text_is_escaped_and_no_secret_is_shown() {
    let page = page(&samples::hostile(), &ABOUT);
    assert!(!page.contains("<img"), "an element from a text");
    assert_eq!(page.matches("</script>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("hunter2"));
}

#[test]
fn nothing_is_loaded() {
    for review in [samples::wordpress(), samples::empty(), samples::many(20)] {
        let page = page(&review, &ABOUT);
        for loading in [" src=", "@import", "url(", "<link", "<iframe", "<object", "fetch(", "XMLHttpRequest", "import("] {
            assert!(!page.contains(loading), "{loading}");
        }
        // The only addresses are the name of a namespace and those of the sample's own values.
        let left = page.replace("http://www.w3.org/2000/svg", "").replace("https://blog.example.com", "");
        assert!(!left.replace("https://shop.example.com", "").contains("://"));
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"));
    }
}

#[test]
fn where_nothing_changes_the_page_says_so() {
    let page = page(&samples::empty(), &ABOUT);
    assert!(page.contains("Nothing changes"));
    assert!(page.contains("24 resources stay as they are."));
    assert!(!page.contains("<article") && !page.contains("role=\"search\""));
}

#[test]
fn changes_stand_risk_first_and_else_in_dependency_order() {
    let review = samples::wordpress();
    let page = page(&review, &ABOUT);
    let order: Vec<usize> = page.split("data-order=\"").skip(1).filter_map(|it| it.split_once('"')?.0.parse().ok()).collect();
    assert_eq!(order.len(), review.changes.len());
    let key = |index: &usize| (std::cmp::Reverse(review.changes[*index].verdict()), *index);
    assert!(order.is_sorted_by_key(key), "{order:?}");
}

#[test]
fn a_thousand_changes() {
    let review = samples::many(1000);
    let start = Instant::now();
    let page = page(&review, &ABOUT);
    eprintln!("{} bytes in {:?}", page.len(), start.elapsed());
    assert_eq!(page.matches("<article").count(), 1000);
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
}

#[test]
fn write() {
    let folder = std::env::var("PAGES").expect("a folder");
    let write = |name: &str, review: &Review| std::fs::write(format!("{folder}/{name}.html"), page(review, &ABOUT)).expect("written");
    write("wordpress", &samples::wordpress());
    write("empty", &samples::empty());
    write("many", &samples::many(1000));
    write("hostile", &samples::hostile());
}
