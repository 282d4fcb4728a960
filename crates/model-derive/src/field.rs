//! One field of a described struct: its documentation, its attributes, its row in the schema.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprArray, ExprRange, Field, Ident, Lit, LitStr, Meta, Result, Token, Type};

/// A parsed field.
pub struct Described {
    /// Its name in Rust.
    pub ident: Ident,
    /// Its name in the manifest.
    pub key: String,
    ty: Type,
    doc: String,
    settings: Vec<TokenStream>,
}

impl Described {
    /// Reads a field and its attributes.
    pub fn parse(field: &Field) -> Result<Self> {
        let Some(ident) = field.ident.clone() else {
            return Err(syn::Error::new_spanned(field, "expected a named field"));
        };
        let mut it =
            Self { key: ident.to_string(), ident, ty: field.ty.clone(), doc: doc(&field.attrs), settings: Vec::new() };
        if it.doc.is_empty() {
            return Err(syn::Error::new(
                it.ident.span(),
                format!("document `{}`: its comment is its entry in the reference", it.key),
            ));
        }
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("attr")) {
            attr.parse_nested_meta(|meta| it.accept(&meta))?;
        }
        Ok(it)
    }

    /// The schema's row: a `Field` whose settings are assigned one after the other.
    pub fn row(&self) -> TokenStream {
        let Self { key, ty, doc, settings, .. } = self;
        quote!({
            let mut field = ::model::schema::Field::new(#key, #doc, <#ty as ::model::typed::Typed>::TYPE);
            if <#ty as ::model::typed::Typed>::REQUIRED {
                field.required = ::model::schema::Required::Always;
            }
            field.sensitive = <#ty as ::model::typed::Typed>::SENSITIVE;
            #(#settings)*
            field
        })
    }

    fn accept(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.to_token_stream().to_string();
        let setting = match name.as_str() {
            "rename" => {
                self.key = meta.value()?.parse::<LitStr>()?.value();
                return Ok(());
            }
            "write_only" | "computed" | "local" | "sensitive" | "exclusive" | "open" | "volatile" => {
                let field = &meta.path;
                quote!(field.#field = true;)
            }
            "replace" => quote!(field.replace = ::model::schema::Replace::Always;),
            "replace_when" => replace_when(meta)?,
            "required_on_create" => quote!(field.required = ::model::schema::Required::Create;),
            "clear" => quote!(field.removal = ::model::schema::Removal::Clear;),
            "keep" => quote!(field.removal = ::model::schema::Removal::Keep;),
            "default" => {
                let literal = literal(&meta.value()?.parse()?)?;
                quote!(field.default = Some(#literal); field.removal = ::model::schema::Removal::Default;)
            }
            "on_create" | "key" | "pattern" | "deprecated" => {
                let (field, text) = (&meta.path, meta.value()?.parse::<LitStr>()?);
                quote!(field.#field = Some(#text);)
            }
            "allowed" | "accepts" | "follows" => {
                let (field, list) = (&meta.path, meta.value()?.parse::<ExprArray>()?);
                quote!(field.#field = &#list;)
            }
            "range" => {
                let (low, high) = bounds(meta)?;
                quote!(field.range = Some((#low as f64, #high as f64));)
            }
            "length" => {
                let (low, high) = bounds(meta)?;
                quote!(field.length = Some((#low, #high));)
            }
            "same" => {
                let function: Expr = meta.value()?.parse()?;
                quote!(field.same = Some(#function);)
            }
            _ => return Err(meta.error("unknown attribute; the derive's documentation lists them")),
        };
        self.settings.push(setting);
        Ok(())
    }
}

/// The text of doc comments, one line each.
pub fn doc(attrs: &[Attribute]) -> String {
    let line = |attr: &Attribute| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(lit) => match &lit.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    attrs.iter().filter_map(line).collect::<Vec<String>>().join("\n")
}

fn replace_when(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    let content;
    syn::parenthesized!(content in meta.input);
    let condition: LitStr = content.parse()?;
    content.parse::<Token![,]>()?;
    let test: Expr = content.parse()?;
    Ok(quote!(field.replace = ::model::schema::Replace::When { condition: #condition, test: #test };))
}

fn bounds(meta: &ParseNestedMeta<'_>) -> Result<(Expr, Expr)> {
    let range: ExprRange = meta.value()?.parse()?;
    match (range.start, range.limits, range.end) {
        (Some(low), syn::RangeLimits::Closed(_), Some(high)) => Ok((*low, *high)),
        _ => Err(meta.error("expected both ends, as `1..=9`")),
    }
}

fn literal(expr: &Expr) -> Result<TokenStream> {
    let (lit, negative) = match expr {
        Expr::Lit(lit) => (&lit.lit, false),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => match &*unary.expr {
            Expr::Lit(lit) => (&lit.lit, true),
            other => return Err(syn::Error::new_spanned(other, "a default is a literal")),
        },
        other => return Err(syn::Error::new_spanned(other, "a default is a literal")),
    };
    let sign = negative.then(|| quote!(-));
    Ok(match lit {
        Lit::Int(value) => quote!(::model::schema::Literal::Int(#sign #value)),
        Lit::Float(value) => quote!(::model::schema::Literal::Float(#sign #value)),
        Lit::Bool(value) => quote!(::model::schema::Literal::Bool(#value)),
        Lit::Str(value) => quote!(::model::schema::Literal::Text(#value)),
        other => return Err(syn::Error::new_spanned(other, "a default is a number, a boolean or a string")),
    })
}
