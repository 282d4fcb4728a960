//! Digests of texts.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha2::{Digest, Sha256, Sha512};

use super::{Args, Fault};
use crate::expr::stamp::hex;
use crate::tree::{Known, Tree};

type Result = std::result::Result<Known, Fault>;

pub(super) fn base64sha256(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(STANDARD.encode(Sha256::digest(args.text(0)?))))
}

pub(super) fn base64sha512(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(STANDARD.encode(Sha512::digest(args.text(0)?))))
}

pub(super) fn md5(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(hex(&Md5::digest(args.text(0)?))))
}

pub(super) fn sha256(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(hex(&Sha256::digest(args.text(0)?))))
}

pub(super) fn sha512(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(hex(&Sha512::digest(args.text(0)?))))
}
