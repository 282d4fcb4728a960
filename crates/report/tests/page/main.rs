//! The page of a review: what is in its text, and what a browser does with it.

mod browser;
mod samples;

use std::path::Path;
use std::process::Command;

use report::html::{About, page};
use report::words::gravity;

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
        for loading in
            [" src=", "@import", "url(", "<link", "<iframe", "<object", "fetch(", "XMLHttpRequest", "import("]
        {
            assert!(!page.contains(loading), "{loading}");
        }
        // The only addresses are the name of a namespace and those of the sample's own values.
        let left = page.replace("http://www.w3.org/2000/svg", "").replace("https://blog.example.com", "");
        assert!(!left.replace("https://shop.example.com", "").contains("://"));
        assert!(
            page.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:")
        );
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
    let order: Vec<usize> =
        page.split("data-order=\"").skip(1).filter_map(|it| it.split_once('"')?.0.parse().ok()).collect();
    assert_eq!(order.len(), review.changes.len());
    let change = |index: &usize| &review.changes[*index];
    let key = |it: &usize| (gravity(change(it).verdict(), change(it).action), *it);
    assert!(order.is_sorted_by_key(key), "{order:?}");
}

#[test]
fn a_thousand_changes() {
    let page = page(&samples::many(1000), &ABOUT);
    assert_eq!(page.matches("<article").count(), 1000);
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
}

#[test]
fn a_browser_does_with_it_what_people_expect() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder).expect("a folder for the pages");
    let pages = [
        ("wordpress", samples::wordpress()),
        ("empty", samples::empty()),
        ("hostile", samples::hostile()),
        ("many", samples::many(1000)),
    ];
    for (name, review) in pages {
        std::fs::write(folder.join(format!("{name}.html")), page(&review, &ABOUT)).expect("the page can be written");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page/check.py");
    let (python, browser) = browser::find();
    let output = Command::new(python).arg(script).arg(&folder).arg(browser).output().expect("the script can be run");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success(), "{said}\nthe pages and pictures of them are in {}", folder.display());
}
