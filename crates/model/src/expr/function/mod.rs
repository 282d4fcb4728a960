//! Terraform's functions.
//!
//! In: argument values. Out: a value, or which argument is wrong and why. It must not know
//! expressions, scopes or spans.
//!
//! <https://developer.hashicorp.com/terraform/language/functions>

mod arguments;
mod collection;
mod conversion;
mod csv;
mod date;
mod encoding;
mod file;
mod format;
mod hash;
mod network;
mod numeric;
mod secret;
mod set;
mod string;
mod yaml;

use std::convert::Infallible;

pub(super) use arguments::{Args, Fault};

use crate::tree::{Known, Pending, Planned};

/// One function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its parameters: `name`, `name?` where it may be left out, `name...` for any number.
    pub params: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    pub(super) call: Call,
}

/// What becomes of a file: its name, and its bytes or why there are none.
type ReadFile = fn(&str, Result<Vec<u8>, String>) -> Result<Known, Fault>;

/// How a function takes its arguments.
#[derive(Clone, Copy, Debug)]
pub(super) enum Call {
    /// Needs every argument to its last leaf; one secret makes the result secret.
    Values(fn(&Args<Infallible>) -> Result<Known, Fault>),
    /// Needs the arguments themselves; their members may be unknown or secret.
    Members(fn(&Args<Pending>) -> Result<Planned, Fault>),
    /// Looks at unknown and secret arguments itself.
    Open(fn(&Args<Pending>) -> Result<Planned, Fault>),
    /// Reads the file that the argument names.
    File(ReadFile),
    /// `templatefile`
    Template,
    /// `try`
    Try,
    /// `can`
    Can,
    /// Has another result each time, so that no plan could be trusted; and what to do instead.
    Refused(&'static str),
}

impl Function {
    /// The least and the greatest number of arguments; `None` for any number.
    pub(super) fn arity(&self) -> (usize, Option<usize>) {
        let params: Vec<&str> = self.params.split(", ").filter(|it| !it.is_empty()).collect();
        let least = params.iter().filter(|it| !it.ends_with('?') && !it.ends_with("...")).count();
        let any = params.iter().any(|it| it.ends_with("..."));
        (least, (!any).then_some(params.len()))
    }
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|it| it.name == name)
}

type Text = &'static str;

const fn values(name: Text, params: Text, doc: Text, f: fn(&Args<Infallible>) -> Result<Known, Fault>) -> Function {
    Function { name, params, doc, call: Call::Values(f) }
}

const fn members(name: Text, params: Text, doc: Text, f: fn(&Args<Pending>) -> Result<Planned, Fault>) -> Function {
    Function { name, params, doc, call: Call::Members(f) }
}

const fn open(name: Text, params: Text, doc: Text, f: fn(&Args<Pending>) -> Result<Planned, Fault>) -> Function {
    Function { name, params, doc, call: Call::Open(f) }
}

const fn reads(name: Text, doc: Text, f: ReadFile) -> Function {
    Function { name, params: "path", doc, call: Call::File(f) }
}

const fn special(name: Text, params: Text, doc: Text, call: Call) -> Function {
    Function { name, params, doc, call }
}

const fn refused(name: Text, params: Text, doc: Text, instead: Text) -> Function {
    Function { name, params, doc, call: Call::Refused(instead) }
}

const PURE: Text = "its result changes with every run; pass the value in as a variable";

/// Every function, by theme.
pub const FUNCTIONS: &[Function] = &[
    // Numbers.
    values("abs", "number", "The number without its sign.", numeric::abs),
    values("ceil", "number", "The nearest whole number that is not less.", numeric::ceil),
    values("floor", "number", "The nearest whole number that is not greater.", numeric::floor),
    values("log", "number, base", "The logarithm to a base.", numeric::log),
    values("max", "number, numbers...", "The greatest of the numbers.", numeric::max),
    values("min", "number, numbers...", "The least of the numbers.", numeric::min),
    values("parseint", "text, base", "The whole number that a text writes in a base of 2 to 36.", numeric::parseint),
    values("pow", "number, power", "The number raised to a power.", numeric::pow),
    values("signum", "number", "-1, 0 or 1 by the number's sign.", numeric::signum),
    values("sum", "numbers", "The sum of a list that is not empty.", numeric::sum),
    // Texts.
    values("chomp", "text", "The text without line breaks at its end.", string::chomp),
    values("endswith", "text, suffix", "Whether the text ends in another.", string::endswith),
    values("format", "spec, values...", "Text from a specification as Go's `fmt` takes it.", format::format),
    values("formatlist", "spec, values...", "`format` for each item of lists of one length.", format::formatlist),
    values("indent", "spaces, text", "The text with every line but the first indented.", string::indent),
    values("join", "separator, list, lists...", "The items of lists as one text.", string::join),
    values("lower", "text", "The text in lower case.", string::lower),
    values("regex", "pattern, text", "What a regular expression finds first; it must find something.", string::regex),
    values("regexall", "pattern, text", "Everything that a regular expression finds.", string::regexall),
    values(
        "replace",
        "text, substring, replacement",
        "The text with a part or a `/pattern/` replaced.",
        string::replace,
    ),
    values("split", "separator, text", "The parts of a text between separators.", string::split),
    values("startswith", "text, prefix", "Whether the text starts with another.", string::startswith),
    values("strcontains", "text, part", "Whether the text contains another.", string::strcontains),
    values("strrev", "text", "The characters in reverse order.", string::strrev),
    values("substr", "text, offset, length", "A part of the text; a length of -1 means the rest.", string::substr),
    values("title", "text", "The text with every word's first letter in upper case.", string::title),
    values("trim", "text, characters", "The text without the given characters at its ends.", string::trim),
    values("trimprefix", "text, prefix", "The text without a prefix.", string::trimprefix),
    values("trimspace", "text", "The text without white space at its ends.", string::trimspace),
    values("trimsuffix", "text, suffix", "The text without a suffix.", string::trimsuffix),
    values("upper", "text", "The text in upper case.", string::upper),
    // Collections.
    members("alltrue", "list", "Whether every item is true.", collection::alltrue),
    members("anytrue", "list", "Whether an item is true.", collection::anytrue),
    members("chunklist", "list, size", "The list in pieces of a size.", collection::chunklist),
    open("coalesce", "value, values...", "The first value that is neither null nor empty text.", collection::coalesce),
    open("coalescelist", "list, lists...", "The first list that is not empty.", collection::coalescelist),
    values("compact", "list", "The texts that are not empty.", collection::compact),
    members("concat", "list, lists...", "The items of all lists in order.", collection::concat),
    members("contains", "list, value", "Whether the list holds a value.", collection::contains),
    values("distinct", "list", "The list without repeated items.", collection::distinct),
    members("element", "list, index", "The item at an index that starts over at the end.", collection::element),
    members("flatten", "list", "The items of the list and of the lists in it.", collection::flatten),
    values("index", "list, value", "Where the list first holds a value.", collection::index),
    members("keys", "map", "The keys in order.", collection::keys),
    members("length", "value", "How many items, members or characters there are.", collection::length),
    open("lookup", "map, key, default?", "The member of a map, else the default.", collection::lookup),
    members("merge", "maps...", "The members of all maps; later ones win.", collection::merge),
    members("one", "list", "The only item, or null for an empty list.", collection::one),
    values("range", "start, limit?, step?", "Numbers up to a limit that is left out.", collection::range),
    members("reverse", "list", "The items in reverse order.", collection::reverse),
    members("slice", "list, start, end", "The items from one index up to another.", collection::slice),
    values("sort", "list", "Texts in order.", collection::sort),
    values("transpose", "map", "A map of lists with keys and items exchanged.", collection::transpose),
    members("values", "map", "The values in the order of their keys.", collection::values),
    members("zipmap", "keys, values", "A map from a list of keys and a list of values.", collection::zipmap),
    // Sets: lists in order without repetition.
    values("setintersection", "set, sets...", "What all sets hold.", set::intersection),
    members("setproduct", "list, lists...", "Every combination of one item of each.", set::product),
    values("setsubtract", "set, without", "What the first set holds and the second does not.", set::subtract),
    values("setunion", "set, sets...", "What any of the sets holds.", set::union),
    // Types.
    special("can", "expression", "Whether an expression has a value.", Call::Can),
    values("tobool", "value", "The value as a boolean.", conversion::tobool),
    members("tolist", "value", "The value as a list of one type.", conversion::tolist),
    members("tomap", "value", "The value as a map of one type.", conversion::tomap),
    values("tonumber", "value", "The value as a number.", conversion::tonumber),
    values("toset", "value", "The items in order without repetition.", conversion::toset),
    values("tostring", "value", "The value as text.", conversion::tostring),
    special("try", "expression, expressions...", "The first expression that has a value.", Call::Try),
    open("issensitive", "value", "Whether the value is a secret.", secret::issensitive),
    open("nonsensitive", "value", "The value of a secret, to be shown.", secret::nonsensitive),
    open("sensitive", "value", "The value as a secret.", secret::sensitive),
    // Encodings.
    values("base64decode", "text", "The text that Base64 stands for.", encoding::base64decode),
    values("base64encode", "text", "The text as Base64.", encoding::base64encode),
    values("csvdecode", "text", "The rows of a CSV text as maps by its first row.", csv::decode),
    values("jsondecode", "text", "The value that a JSON text writes.", encoding::jsondecode),
    values("jsonencode", "value", "The value as JSON.", encoding::jsonencode),
    values("urlencode", "text", "The text as part of a URL's query.", encoding::urlencode),
    values("yamldecode", "text", "The value that a YAML text writes.", yaml::decode),
    values("yamlencode", "value", "The value as YAML.", yaml::encode),
    // Digests.
    values("base64sha256", "text", "SHA-256 of the text as Base64.", hash::base64sha256),
    values("base64sha512", "text", "SHA-512 of the text as Base64.", hash::base64sha512),
    values("md5", "text", "MD5 of the text in hexadecimal.", hash::md5),
    values("sha256", "text", "SHA-256 of the text in hexadecimal.", hash::sha256),
    values("sha512", "text", "SHA-512 of the text in hexadecimal.", hash::sha512),
    // Networks.
    values("cidrhost", "prefix, number", "The address of a host in a network.", network::host),
    values("cidrnetmask", "prefix", "The mask of an IPv4 network.", network::netmask),
    values("cidrsubnet", "prefix, bits, number", "A network within a network.", network::subnet),
    values("cidrsubnets", "prefix, bits...", "Networks of several sizes side by side in a network.", network::subnets),
    // Files.
    values("basename", "path", "The last part of a path.", file::basename),
    values("dirname", "path", "A path without its last part.", file::dirname),
    reads("file", "The text of a file.", file::text),
    reads("filebase64", "The bytes of a file as Base64.", file::base64),
    reads("filebase64sha256", "SHA-256 of a file as Base64.", file::base64sha256),
    reads("fileexists", "Whether there is a file.", file::exists),
    reads("filemd5", "MD5 of a file in hexadecimal.", file::md5),
    reads("filesha256", "SHA-256 of a file in hexadecimal.", file::sha256),
    special("templatefile", "path, variables", "A file rendered as a template with variables.", Call::Template),
    // Dates.
    values("formatdate", "spec, timestamp", "A time stamp in another form.", date::formatdate),
    values("timeadd", "timestamp, duration", "A time stamp moved by a duration as `1h30m`.", date::timeadd),
    values("timecmp", "timestamp, other", "-1, 0 or 1 by which time is earlier.", date::timecmp),
    // What a plan cannot depend on.
    refused("bcrypt", "text, cost?", "A salted hash, different each time.", PURE),
    refused("plantimestamp", "", "The time of the plan.", PURE),
    refused("timestamp", "", "The time of now.", PURE),
    refused("uuid", "", "A random identifier.", PURE),
];
