//! Manifests of any size.
//!
//! In: a shape and a size. Out: files and their texts, the same ones every time. It must not know
//! what is measured.

mod mixed;
mod shapes;

/// The file that every manifest has.
const SETTINGS: &str = r#"[stack]
name = "scale"

[provider.aws]
region = "us-east-1"

[variables.project]
type = "string"
default = "scale"

[tags]
stack = "${stack.name}"
project = "${var.project}"
"#;

/// What a manifest is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A bit of everything, in ten layers: what real manifests look like.
    Mixed,
    /// As many blocks in one file, none of which knows of the others.
    Blocks,
    /// One block that stands for as many resources.
    Members,
    /// As many locals, each used once, and as many resources.
    Locals,
    /// A local that is made from the one before, and so on.
    LocalChain,
    /// A resource that refers to the one before, and so on.
    Chain,
    /// A resource that depends on the one before without a reference, and so on.
    DependsOn,
    /// One resource to which all others refer.
    FanIn,
    /// One resource that refers to all others, one by one.
    FanOut,
    /// One resource that refers to all members of another, and members that refer to members.
    Pairs,
    /// A local that is a long list, at which every resource looks.
    List,
    /// One text with as many expressions in it.
    Template,
}

impl Shape {
    /// All shapes by name.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("mixed", Self::Mixed),
        ("blocks", Self::Blocks),
        ("members", Self::Members),
        ("locals", Self::Locals),
        ("local-chain", Self::LocalChain),
        ("chain", Self::Chain),
        ("depends-on", Self::DependsOn),
        ("fan-in", Self::FanIn),
        ("fan-out", Self::FanOut),
        ("pairs", Self::Pairs),
        ("list", Self::List),
        ("template", Self::Template),
    ];
}

/// A manifest of about as many resources.
#[must_use]
pub fn generate(shape: Shape, size: usize) -> Vec<(String, String)> {
    let mut files = vec![("stack.toml".to_owned(), SETTINGS.to_owned())];
    match shape {
        Shape::Mixed => files.extend(mixed::layers(size)),
        Shape::Blocks => files.push(shapes::blocks(size)),
        Shape::Members => files.push(shapes::members(size)),
        Shape::Locals => files.push(shapes::locals(size)),
        Shape::LocalChain => files.push(shapes::local_chain(size)),
        Shape::Chain => files.push(shapes::chain(size)),
        Shape::DependsOn => files.push(shapes::depends_on(size)),
        Shape::FanIn => files.push(shapes::fan_in(size)),
        Shape::FanOut => files.push(shapes::fan_out(size)),
        Shape::Pairs => files.push(shapes::pairs(size)),
        Shape::List => files.push(shapes::list(size)),
        Shape::Template => files.push(shapes::template(size)),
    }
    files
}

/// One file from its blocks.
fn file(blocks: impl IntoIterator<Item = String>) -> (String, String) {
    ("main.toml".to_owned(), blocks.into_iter().collect())
}
