//! What a change of a manifest means: every example in `tests/reviews`, and what must never be a
//! change.
//!
//! In: pairs of manifests, and the shipped one. Out: pass or fail. An example is a folder with
//! `before`, `after` and `expected.txt`; adding one adds a test. `arguments.txt` may hold more
//! words for the command line.
//!
//! `expected.txt` begins with what a person decided: comment lines that say what the example shows
//! and why the verdict is right, and `verdict: …`. What the program says follows, and
//! `STACKCTL_UPDATE_GOLDEN=1` writes only that part anew.

mod outline;
mod shuffle;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::program::{Ran, Stack};
use outline::outline;

/// What stands in every secret of the examples and nowhere else in them.
const CANARY: &str = "canary";

/// One folder of `tests/reviews`.
struct Example {
    name: String,
    folder: PathBuf,
    /// More words for the command line.
    arguments: Vec<String>,
}

impl Example {
    /// All of them, by name.
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reviews");
        let mut examples: Vec<Self> = folders(&folder).into_iter().map(Self::at).collect();
        examples.sort_by(|one, other| one.name.cmp(&other.name));
        assert!(examples.len() >= 50, "there are only {} examples", examples.len());
        examples
    }

    fn at(folder: PathBuf) -> Self {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let words = fs::read_to_string(folder.join("arguments.txt")).unwrap_or_default();
        Self { name, folder, arguments: words.split_whitespace().map(str::to_owned).collect() }
    }

    /// Holds one of its manifests against another, and prints in some form.
    fn diff(&self, stack: &Stack, [old, new]: [&str; 2], form: &[&str]) -> Ran {
        let mut command = stack.command(["diff"]);
        command.arg(self.folder.join(old)).arg(self.folder.join(new)).args(&self.arguments).args(form);
        Ran::of(&format!("diff {0}/{old} {0}/{new}", self.name), &mut command)
    }

    /// What `expected.txt` says: a person's part and the program's.
    fn expected(&self) -> Result<(String, String), String> {
        let text = fs::read_to_string(self.folder.join("expected.txt"))
            .map_err(|_| format!("{}: `expected.txt` is missing; it begins with the verdict", self.name))?;
        let comments = text.lines().take_while(|it| it.starts_with("# ")).count();
        let verdict = text.lines().nth(comments).is_some_and(|it| it.starts_with("verdict: "));
        if comments == 0 || !verdict {
            return Err(format!("{}: `expected.txt` begins with a comment that says why, and `verdict: …`", self.name));
        }
        let mut lines = text.split_inclusive('\n');
        let decided = lines.by_ref().take(comments + 1).collect();
        Ok((decided, lines.collect()))
    }

    fn holds_secrets(&self) -> bool {
        let texts = ["before/stack.toml", "after/stack.toml"].map(|it| fs::read_to_string(self.folder.join(it)));
        texts.into_iter().any(|it| it.expect("a manifest").contains(CANARY))
    }

    /// What is wrong with the program's review; empty where nothing is. An update never changes
    /// what a person decided.
    fn check(&self, stack: &Stack, update: bool) -> String {
        let ran = self.diff(stack, ["before", "after"], &["--json"]);
        if ran.code != Some(0) {
            return format!("{}: it ended with {:?}\n{}{}", self.name, ran.code, ran.out, ran.err);
        }
        let (decided, expected) = match self.expected() {
            Ok(parts) => parts,
            Err(wrong) => return wrong,
        };
        let (verdict, actual) = outline(&ran.json());
        let mut wrong = String::new();
        if !decided.ends_with(&format!("verdict: {verdict}\n")) {
            let line = decided.lines().last().unwrap_or_default();
            let _ = writeln!(wrong, "{}: decided was `{line}`, but the program says `{verdict}`", self.name);
        }
        if update && actual != expected {
            fs::write(self.folder.join("expected.txt"), decided + &actual).expect("written");
        } else if actual != expected {
            let difference = TextDiff::from_lines(&expected, &actual);
            let shown = difference.unified_diff().header("expected", "actual").to_string();
            let _ = write!(wrong, "{}:\n{shown}", self.name);
        }
        wrong
    }
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).expect("a folder");
    entries.map(|it| it.expect("an entry").path()).filter(|it| it.is_dir()).collect()
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests/wordpress")
}

#[test]
fn every_example_is_reviewed_as_decided() {
    let stack = Stack::offline(&[]);
    let update = std::env::var_os("STACKCTL_UPDATE_GOLDEN").is_some_and(|it| it == "1");
    let wrong: Vec<String> =
        Example::all().iter().map(|it| it.check(&stack, update)).filter(|it| !it.is_empty()).collect();
    assert!(wrong.is_empty(), "{} examples are not as expected\n\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_manifest_held_against_itself_shows_no_change() {
    let stack = Stack::offline(&[]);
    let mut wrong = Vec::new();
    let mut check = |name: String, ran: &Ran| {
        let (verdict, outline) = outline(&ran.json());
        if ran.code != Some(0) || verdict != "no change" || !outline.is_empty() {
            wrong.push(format!("{name}: {verdict}\n{outline}"));
        }
    };
    for example in Example::all() {
        for side in ["before", "after"] {
            // Between environments a manifest does differ from itself.
            if !example.arguments.iter().any(|it| it == "--against-env") {
                check(format!("{}/{side}", example.name), &example.diff(&stack, [side, side], &["--json"]));
            }
        }
    }
    let mut command = stack.command(["diff", "--json"]);
    check("wordpress".to_owned(), &Ran::of("diff", command.arg(shipped()).arg(shipped())));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_of_files_blocks_and_lines_is_no_change() {
    let files: Vec<(String, String)> = fs::read_dir(shipped())
        .expect("the shipped manifest")
        .map(|it| it.expect("an entry").path())
        .filter(|it| it.extension().is_some_and(|it| it == "toml"))
        .map(|it| {
            let name = it.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(it).expect("readable"))
        })
        .collect();
    for seed in 1..=8 {
        let shuffled = shuffle::files(&files, seed);
        let borrowed: Vec<(&str, &str)> = shuffled.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let stack = Stack::offline(&borrowed);
        stack.run("validate").exits(0);
        let mut command = stack.command(["diff", "--json"]);
        let ran = Ran::of("diff", command.arg(shipped()).arg(stack.manifest())).exits(0);
        let (verdict, outline) = outline(&ran.json());
        assert_eq!((verdict.as_str(), outline.as_str()), ("no change", ""), "seed {seed}");
    }
}

#[test]
fn no_secret_is_in_any_form_of_a_review() {
    let stack = Stack::offline(&[]);
    let page = stack.beside("review.html");
    let page_option = ["--html", page.to_str().expect("UTF-8")];
    let forms: [&[&str]; 5] = [&["--json"], &["--markdown"], &["--sarif"], &page_option, &["--color", "always"]];
    let mut seen = 0;
    for example in Example::all().iter().filter(|it| it.holds_secrets()) {
        seen += 1;
        for form in forms {
            let ran = example.diff(&stack, ["before", "after"], form).exits(0);
            let written = fs::read_to_string(&page).unwrap_or_default();
            for text in [&ran.out, &ran.err, &written] {
                assert!(!text.contains(CANARY), "{}: {form:?} tells a secret:\n{text}", example.name);
            }
        }
    }
    assert!(seen >= 4 && page.is_file(), "only {seen} examples hold secrets");
}
