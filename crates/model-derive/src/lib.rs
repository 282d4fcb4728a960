//! Turns an annotated struct into a schema constant and two conversions. It emits data, never
//! behaviour.
//!
//! In: a struct with named, documented fields and `#[attr(…)]`. Out: `model::typed::Typed` for
//! it and a `schema()` function. It must not know what any attribute means to the engine.

mod field;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Result};

/// Derives the schema and the conversions of a block of arguments or outputs.
///
/// Every field needs a doc comment: it is the field's entry in the reference. `Option` makes a
/// field optional. `#[attr(…)]` takes, separated by commas:
///
/// | attribute | meaning |
/// |---|---|
/// | `rename = "self"` | its name in the manifest |
/// | `required_on_create` | an `Option` that a create needs |
/// | `default = LITERAL` | what AWS assumes when unset; removal goes back to it |
/// | `on_create = "JSON"` | what a create sends when unset |
/// | `replace` | changing it needs a new object |
/// | `replace_when("condition", function)` | … when `function(&before, &after)` says so |
/// | `clear`, `keep` | what removal means, instead of the default's rule |
/// | `exclusive` | unset means empty |
/// | `write_only`, `computed`, `local`, `sensitive`, `volatile` | see `model::schema::Field` |
/// | `key = "name"` | pairs the members of a set or list of blocks |
/// | `allowed = ["A", "B"]`, `open` | accepted values; `open` warns about others |
/// | `range = 1..=9`, `length = 1..=80`, `pattern = "[a-z]+"` | limits |
/// | `accepts = ["aws_vpc.id"]` | where a reference should come from |
/// | `same = function` | compares desired with live |
/// | `follows = ["engine_version"]` | the arguments that an output changes with |
/// | `deprecated = "use …"` | what to use instead |
#[proc_macro_derive(Attributes, attributes(attr))]
pub fn attributes(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|wrong| wrong.to_compile_error()).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let misuse = || syn::Error::new(name.span(), "`Attributes` describes structs with named fields");
    let Data::Struct(data) = &input.data else { return Err(misuse()) };
    let fields = match &data.fields {
        Fields::Named(fields) => {
            fields.named.iter().map(field::Described::parse).collect::<Result<Vec<field::Described>>>()?
        }
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => return Err(misuse()),
    };
    let doc = field::doc(&input.attrs);
    if doc.is_empty() {
        return Err(syn::Error::new(
            name.span(),
            format!("document `{name}`: its comment is its entry in the reference"),
        ));
    }
    let rows = fields.iter().map(field::Described::row);
    let reads = fields.iter().map(|it| {
        let (ident, key) = (&it.ident, &it.key);
        quote!(#ident: ::model::typed::Typed::read(map.remove(#key).unwrap_or(::model::Tree::Null)).map_err(|wrong| wrong.at(#key))?)
    });
    let writes = fields.iter().map(|it| {
        let (ident, key) = (&it.ident, &it.key);
        quote!((#key, ::model::typed::Typed::write(&self.#ident)))
    });
    let map = if fields.is_empty() { quote!(::model::Tree::Map(_)) } else { quote!(::model::Tree::Map(mut map)) };
    let pairs = quote!([#(#writes),*] as [(&str, ::model::Known); _]);
    Ok(quote! {
        impl #name {
            /// The schema of this block.
            #[must_use]
            pub fn schema() -> &'static ::model::schema::Schema {
                static SCHEMA: ::model::schema::Schema = ::model::schema::Schema { doc: #doc, fields: &[#(#rows),*] };
                &SCHEMA
            }
        }
        impl ::model::typed::Typed for #name {
            const TYPE: &'static ::model::schema::Type = &::model::schema::Type::Block(Self::schema);
            fn read(tree: ::model::Known) -> ::std::result::Result<Self, ::model::typed::Mismatch> {
                match tree {
                    #map => Ok(Self { #(#reads),* }),
                    _ => Err(::model::typed::Mismatch::new("a table")),
                }
            }
            fn write(&self) -> ::model::Known {
                ::model::Tree::map(#pairs)
            }
        }
    })
}
