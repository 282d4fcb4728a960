//! Files and paths. Reading is the scope's; here is what becomes of the bytes.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha2::{Digest, Sha256};

use super::{Args, Fault};
use crate::expr::stamp::hex;
use crate::tree::{Known, Tree};

type Result = std::result::Result<Known, Fault>;
type Bytes = std::result::Result<Vec<u8>, String>;

pub(super) fn basename(args: &Args<Infallible>) -> Result {
    let path = args.text(0)?;
    let trimmed = path.trim_end_matches('/');
    Ok(Tree::text(match trimmed.rsplit('/').next() {
        Some("") if path.is_empty() => ".",
        Some("") | None => "/",
        Some(name) => name,
    }))
}

pub(super) fn dirname(args: &Args<Infallible>) -> Result {
    Ok(Tree::text(match args.text(0)?.rsplit_once('/') {
        None => ".".to_owned(),
        Some((folder, _)) => match folder.trim_end_matches('/') {
            "" => "/".to_owned(),
            folder => folder.to_owned(),
        },
    }))
}

pub(super) fn text(path: &str, bytes: Bytes) -> Result {
    let text = String::from_utf8(read(bytes)?);
    text.map(Tree::Text).map_err(|_| unreadable(format!("`{path}` is not UTF-8 text; `filebase64` reads any bytes")))
}

pub(super) fn base64(_: &str, bytes: Bytes) -> Result {
    Ok(Tree::Text(STANDARD.encode(read(bytes)?)))
}

pub(super) fn base64sha256(_: &str, bytes: Bytes) -> Result {
    Ok(Tree::Text(STANDARD.encode(Sha256::digest(read(bytes)?))))
}

pub(super) fn exists(_: &str, bytes: Bytes) -> Result {
    Ok(Tree::Bool(bytes.is_ok()))
}

pub(super) fn md5(_: &str, bytes: Bytes) -> Result {
    Ok(Tree::Text(hex(&Md5::digest(read(bytes)?))))
}

pub(super) fn sha256(_: &str, bytes: Bytes) -> Result {
    Ok(Tree::Text(hex(&Sha256::digest(read(bytes)?))))
}

fn read(bytes: Bytes) -> std::result::Result<Vec<u8>, Fault> {
    bytes.map_err(unreadable)
}

fn unreadable(message: String) -> Fault {
    Fault { argument: Some(0), code: "unreadable-file", message }
}
