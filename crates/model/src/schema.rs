//! What an argument or an output is, as plain data.
//!
//! The derive writes these constants; validation, planning, docs, JSON Schema and completion
//! read them. A schema must not know how a value is sent to AWS.

use crate::tree::{Known, Planned};

/// The shape of a value.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// Any finite number.
    Float,
    /// Text.
    Text,
    /// Any JSON-like value; only in outputs and in data sources.
    Any,
    /// Values in order.
    List(&'static Type),
    /// Values without order; duplicates count once. A set of blocks may name its pairing key in
    /// [`Field::key`].
    Set(&'static Type),
    /// Text keys to values.
    Map(&'static Type),
    /// A block or object. Behind a function, so that schemas may recurse.
    Block(fn() -> &'static Schema),
    /// A JSON document: a TOML table or array in the manifest, or a JSON string.
    Json(Document),
}

/// How a JSON document is checked and compared.
#[derive(Clone, Copy, Debug)]
pub enum Document {
    /// An IAM policy: compared whole, by meaning.
    Policy,
    /// Compared as a JSON value.
    Value,
    /// An array of objects with known fields (camelCase, as in AWS's API), compared by the
    /// keys that are set, members matched by the schema's key field.
    Objects {
        /// The fields of one member.
        schema: fn() -> &'static Schema,
        /// The field that pairs members, as `name`.
        key: &'static str,
    },
}

/// A block's fields, in reading order.
#[derive(Debug)]
pub struct Schema {
    /// What it is, in Markdown.
    pub doc: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

impl Schema {
    /// The field with a name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that an attribute in a reference names, as `endpoint[0].address`.
    #[must_use]
    pub fn field_at(&self, attribute: &str) -> Option<&'static Field> {
        let (first, rest) = attribute.split_once('.').map_or((attribute, None), |(first, rest)| (first, Some(rest)));
        let field = self.field(first.split('[').next()?)?;
        let Some(rest) = rest else { return Some(field) };
        match field.ty {
            Type::Block(inner) | Type::List(Type::Block(inner)) | Type::Set(Type::Block(inner)) => {
                inner().field_at(rest)
            }
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Json(_) => None,
            Type::List(_) | Type::Set(_) | Type::Map(_) => None,
        }
    }
}

/// One argument or output.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the manifest: the Terraform AWS provider's.
    pub name: &'static str,
    /// Its entry in the reference, in Markdown.
    pub doc: &'static str,
    /// Its shape.
    pub ty: &'static Type,
    /// Whether it must be set.
    pub required: Required,
    /// Whether its value is a secret.
    pub sensitive: bool,
    /// Whether AWS never tells it back; it is sent when what state remembers of it differs.
    pub write_only: bool,
    /// Whether AWS chooses a value when it is unset; readable by references all the same.
    pub computed: bool,
    /// Whether only stackctl reads it: it changes by a `record` action, without an AWS call.
    pub local: bool,
    /// What changing it costs.
    pub replace: Replace,
    /// What removing it from the manifest means.
    pub removal: Removal,
    /// Whether unset means empty rather than unmanaged.
    pub exclusive: bool,
    /// The value AWS assumes when it is unset; neither sent nor compared while never set.
    pub default: Option<Literal>,
    /// The value a create sends (and a half-done create is completed to) when it is unset;
    /// afterwards unset means unmanaged. A JSON text, as `[]`.
    pub on_create: Option<&'static str>,
    /// For a set or list of blocks: the field by which members pair.
    pub key: Option<&'static str>,
    /// The values AWS accepts; empty when any.
    pub allowed: &'static [&'static str],
    /// Whether AWS extends [`Field::allowed`] over time, so that another value only warns.
    pub open: bool,
    /// Smallest and largest number, both included.
    pub range: Option<(f64, f64)>,
    /// Shortest and longest text in characters, or fewest and most items.
    pub length: Option<(usize, usize)>,
    /// A regular expression that the whole text matches.
    pub pattern: Option<&'static str>,
    /// Outputs that a reference should come from, as `aws_kms_key.arn`.
    pub accepts: &'static [&'static str],
    /// How the desired value is compared with the live one, where equality is not enough.
    pub same: Option<Same>,
    /// For an output: the arguments that it changes with. An output that follows nothing is
    /// fixed for the id's life.
    pub follows: &'static [&'static str],
    /// For an output: whether it changes by itself (a status, a count); never shown as drift.
    pub volatile: bool,
    /// What to use instead, where AWS or Terraform deprecated it.
    pub deprecated: Option<&'static str>,
}

impl Field {
    /// A field with every property at its default; the derive starts from it.
    #[must_use]
    pub const fn new(name: &'static str, doc: &'static str, ty: &'static Type) -> Self {
        Self {
            name,
            doc,
            ty,
            required: Required::No,
            sensitive: false,
            write_only: false,
            computed: false,
            local: false,
            replace: Replace::Never,
            removal: Removal::Keep,
            exclusive: false,
            default: None,
            on_create: None,
            key: None,
            allowed: &[],
            open: false,
            range: None,
            length: None,
            pattern: None,
            accepts: &[],
            same: None,
            follows: &[],
            volatile: false,
            deprecated: None,
        }
    }
}

/// Whether an argument must be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// It may be left out.
    No,
    /// It must be there always.
    Always,
    /// It must be there when the plan creates the resource.
    Create,
}

/// Whether two known values (desired, live) mean the same.
pub type Same = fn(&Known, &Known) -> bool;

/// Whether a changed argument needs a new object.
#[derive(Clone, Copy, Debug)]
pub enum Replace {
    /// AWS changes it in place.
    Never,
    /// AWS cannot change it.
    Always,
    /// It depends on the values before (live) and after (desired).
    When {
        /// When, as the end of a sentence: "it shrinks".
        condition: &'static str,
        /// Decides it; an unknown value counts as a replacement.
        test: fn(&Known, &Known) -> bool,
    },
}

/// What removing an argument from the manifest means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The live value stays, unmanaged.
    Keep,
    /// AWS is told to clear it.
    Clear,
    /// It goes back to [`Field::default`].
    Default,
}

/// A default value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(&'static str),
}

impl Literal {
    /// As a value.
    #[must_use]
    pub fn to_known(self) -> Known {
        match self {
            Self::Bool(value) => Known::Bool(value),
            Self::Int(value) => Known::Int(value),
            Self::Float(value) => Known::Float(value),
            Self::Text(value) => Known::text(value),
        }
    }
}

/// A rule over the top-level arguments of one resource. Dotted names reach into single blocks.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// At most one may be set.
    Conflicts(&'static [&'static str]),
    /// Exactly one must be set.
    ExactlyOne(&'static [&'static str]),
    /// At least one must be set.
    AtLeastOne(&'static [&'static str]),
    /// Whoever sets the first must set the others.
    RequiredWith(&'static str, &'static [&'static str]),
    /// Anything else.
    Check(fn(&Checked<'_>) -> Vec<Violation>),
}

/// What a [`Rule::Check`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    /// The arguments as far as they are known: a map.
    pub inputs: &'a Planned,
    /// Whether a plan would create the object; false while validating.
    pub creating: bool,
}

impl Checked<'_> {
    /// A set, known, non-secret value of a top-level argument, or `None`.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<Known> {
        let value = self.inputs.get(name)?;
        if value.is_null() || value.has_secret() {
            return None;
        }
        value.clone().known().ok()
    }

    /// The known text of a top-level argument.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.inputs.get(name)?.as_text()
    }

    /// The known whole number of a top-level argument.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.inputs.get(name)? {
            Planned::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The known boolean of a top-level argument.
    #[must_use]
    pub fn bool(&self, name: &str) -> Option<bool> {
        match self.inputs.get(name)? {
            Planned::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

/// What a check found wrong with one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// A stable code in kebab case.
    pub code: &'static str,
    /// Whether it is only a warning.
    pub warning: bool,
    /// The argument at fault; empty for the whole resource.
    pub argument: &'static str,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}
