//! Comments, wherever people put them.

use hcl_edit::expr::Expression;

use super::{check, check_file};
use crate::terraform::comments;
use crate::terraform::configuration::Comments;

#[test]
fn above_and_beside() {
    check_file(
        "# the network\nresource \"a\" \"b\" { # open\n  # why\n  // two\n  cidr = 1 # beside\n} # closed\n",
        r#"
        # the network
        resource "a" "b" { # open closed
          # why
          # two
          cidr = 1 # beside
        }
        "#,
    );
}

#[test]
fn all_three_marks_beside_a_value() {
    check_file(
        "locals {\n  a = 1 # one\n  b = 2 // two\n  c = 3 /* three */\n  d = 4 /* four */ # more\n  e = 5\n}\n",
        "
        locals {
          a = 1 # one
          b = 2 # two
          c = 3 # three
          d = 4 # four more
          e = 5
        }
        ",
    );
}

#[test]
fn between_the_parts_of_a_line() {
    check_file(
        "resource /* r */ \"a\" /* a */ \"b\" /* b */ {\n  x /* key */ = /* value */ 1 /* after */\n}\n",
        r#"
        resource "a" "b" { # r a b
          x = 1 # key value after
        }
        "#,
    );
}

#[test]
fn a_file_head_is_apart_from_its_first_block() {
    check_file(
        "# Copyright\n# us\n\n# the network\nlocals {}\n",
        "
        HEAD
        # Copyright
        # us
        # the network
        locals {
        }
        ",
    );
    check_file("# all\n# of it\nlocals {}\n", "# all\n# of it\nlocals {\n}");
    check_file("# only\n\n# heads\n\n\nlocals {}\n", "HEAD\n# only\n\n# heads\nlocals {\n}");
    check_file("\n\n/* c */\n\nlocals {}\n", "HEAD\n# c\nlocals {\n}");
    check_file("# a file of comments\n#  only\n", "HEAD\n# a file of comments\n#  only");
}

#[test]
fn the_heading_of_a_section_is_its_block_s() {
    check_file(
        "# logs\n\n# us\n\n# ----\n# A\n# ----\n\nlocals {}\n",
        "HEAD\n# logs\n\n# us\n# ----\n# A\n# ----\nlocals {\n}",
    );
    check_file("##########\n# logs\n##########\n\nlocals {}\n", "HEAD\n# #########\n# logs\n# #########\nlocals {\n}");
    check_file("# logs\n\n# ====\n# A\nlocals {}\n", "HEAD\n# logs\n# ====\n# A\nlocals {\n}");
}

#[test]
fn every_file_has_a_head_and_an_end() {
    check(
        &[("layer/b.tf", "# b\n\nlocals {}\n# end of b"), ("layer/main.tf", "# main\n\nlocals {}\n\n# end of main\n")],
        "
        HEAD
        # main

        # b
        locals {
        }
        locals {
        }
        TRAILING
        # end of main

        # end of b
        ",
    );
}

#[test]
fn empty_lines_between_comments_stay() {
    check_file(
        "locals {}\n\n# one\n\n\n# two\nlocals {\n\n  # a\n\n  # b\n\n  x = 1\n\n  # last\n\n  # of all\n}\n",
        "
        locals {
        }
        # one

        # two
        locals {
          # a

          # b
          x = 1
          # last

          # of all
        }
        ",
    );
}

#[test]
fn code_that_is_commented_out_keeps_its_shape() {
    check_file(
        "locals {\n  #  x = {\n  #    y = 1\n  #  }\n  #z = 2\n  a = 1\n}\n#resource \"a\" \"b\" {\n#  c = 1\n#}\n",
        "
        locals {
          #  x = {
          #    y = 1
          #  }
          # z = 2
          a = 1
        }
        TRAILING
        # resource \"a\" \"b\" {
        #  c = 1
        # }
        ",
    );
}

#[test]
fn blocks_of_comment() {
    check_file("/* one */\nlocals {}\n", "# one\nlocals {\n}");
    check_file("/*\n one\n   two\n\n three\n*/\nlocals {}\n", "# one\n#   two\n\n# three\nlocals {\n}");
    check_file("/**\n * one\n *   two\n *\n * three\n **/\nlocals {}\n", "# one\n#   two\n\n# three\nlocals {\n}");
    check_file("/* a *//* b */ locals {}\n", "# a\n# b\nlocals {\n}");
    check_file("locals {\n  a = 1 /* over\n  two lines */\n}\n", "locals {\n  a = 1 # over two lines\n}");
    check_file("/**/\nlocals {}\n", "locals {\n}");
    check_file("/* # not a mark // here */\nlocals {}\n", "# # not a mark // here\nlocals {\n}");
}

#[test]
fn marks_without_a_space_and_rules() {
    check_file(
        "#one\n//two\n## three\n#####\n//////\n#\n# -----\n#\tx  \nlocals {}\n",
        "# one\n# two\n# # three\n# ####\n# #####\n\n# -----\n# x\nlocals {\n}",
    );
}

#[test]
fn blocks_in_one_line() {
    check_file("locals { a = 1 } # x\n", "locals { # x\n  a = 1\n}");
    check_file("locals { /* b */ a = 1 /* c */ }\n", "locals {\n  # b\n  a = 1 # c\n}");
    check_file("locals { /* nothing */ }\n", "locals {\n  # nothing\n}");
    check_file("a {\n  # only this\n}\n", "a {\n  # only this\n}");
    check_file("a { # only this\n}\n", "a { # only this\n}");
}

#[test]
fn nested_blocks_have_theirs() {
    check_file(
        "a \"b\" {\n  x = 1\n\n  # the rule\n  ingress { // tcp\n    # from\n    from = 1 # one\n    # end\n  } # done\n  # after\n}",
        r#"
        a "b" {
          x = 1
          # the rule
          ingress { # tcp done
            # from
            from = 1 # one
            # end
          }
          # after
        }
        "#,
    );
}

#[test]
fn line_ends_of_windows() {
    check_file(
        "# head\r\n\r\n# above\r\nlocals { # open\r\n  # a\r\n\r\n  # b\r\n  x = 1 # beside\r\n  /* c\r\n     d */\r\n  y = 2 // e\r\n}\r\n# end\r\n",
        "
        HEAD
        # head
        # above
        locals { # open
          # a

          # b
          x = 1 # beside
          # c
          # d
          y = 2 # e
        }
        TRAILING
        # end
        ",
    );
}

#[test]
fn a_byte_order_mark() {
    check_file("\u{feff}# c\nlocals {}\n", "# c\nlocals {\n}");
    check_file("\u{feff}locals {}\n", "locals {\n}");
}

#[test]
fn text_that_looks_like_comments() {
    check_file(
        "locals {\n  a = \"# no // comment /* here */\" # one\n}\n",
        "locals {\n  a = \"# no // comment /* here */\" # one\n}",
    );
    check_file(
        "locals {\n  a = <<EOT\n# no\n// no\n/* no\nEOT\n  # yes\n  b = 1\n}\n",
        "locals {\n  a = <<EOT\n# no\n// no\n/* no\nEOT\n  # yes\n  b = 1\n}",
    );
    check_file(
        "locals {\n  a = <<-EOT\n    # no\n    EOT\n  b = 1 # b\n}\n",
        "locals {\n  a = <<-EOT\n    # no\n    EOT\n  b = 1 # b\n}",
    );
}

#[test]
fn after_long_values() {
    check_file(
        "locals {\n  a = [\n    1, # one\n  ] # list\n  b = {\n    c = 1\n  } # map\n  d = f(\n    1\n  ) // call\n  e = x ? 1 : 2 # if\n  g = a.b[0] # index\n}\n",
        "
        locals {
          a = [
            1, # one
          ] # list
          b = {
            c = 1
          } # map
          d = f(
            1
          ) # call
          e = x ? 1 : 2 # if
          g = a.b[0] # index
        }
        "
        .replace("            ", "    ")
        .replace("          ", "  ")
        .replace("        ", "")
        .as_str(),
    );
}

/// Compares the comments of an object's, a list's or a call's members.
fn check_members(text: &str, expect: &[(&str, &str)], after: &[&str]) {
    let (members, end) = match text.parse::<Expression>().unwrap_or_else(|error| panic!("{error}")) {
        Expression::Object(object) => (comments::of_object(&object), comments::after_object(&object)),
        Expression::Array(array) => (comments::of_array(&array), comments::after_array(&array)),
        other => panic!("{other} has no members"),
    };
    let show = |it: &Comments| (it.above.join("|"), it.beside.clone().unwrap_or_default());
    let expect: Vec<_> = expect.iter().map(|(above, beside)| ((*above).to_owned(), (*beside).to_owned())).collect();
    assert_eq!(members.iter().map(show).collect::<Vec<_>>(), expect, "{text}");
    assert_eq!(end, after, "{text}");
}

#[test]
fn of_objects() {
    check_members("{ a = 1, b = 2 }", &[("", ""), ("", "")], &[]);
    check_members("{\n  # above\n  a = 1 # beside\n  // b\n  b = 2\n}", &[("above", "beside"), ("b", "")], &[]);
    check_members("{\n  a = 1, # beside a\n  b = 2, # beside b\n}", &[("", "beside a"), ("", "beside b")], &[]);
    check_members("{ # first\n  a = 1\n  # last\n}", &[("first", "")], &["last"]);
    check_members("{\n  a = 1, # a\n\n  # one\n\n  # two\n  b = 2\n}", &[("", "a"), ("one||two", "")], &[]);
    check_members("{\n  a = 1 /* a */, b = 2 /* b */\n}", &[("", "a"), ("", "b")], &[]);
    check_members("{ a /* k */ = /* v */ 1 }", &[("", "k v")], &[]);
    check_members("{\n  a : 1, // a\n  \"b\" : 2 // b\n}", &[("", "a"), ("", "b")], &[]);
    check_members("{\r\n  # x\r\n  a = 1 # a\r\n  b = 2, # b\r\n}", &[("x", "a"), ("", "b")], &[]);
    check_members("{\n  # nothing\n}", &[], &["nothing"]);
    check_members("{ # nothing\n}", &[], &["nothing"]);
    check_members("{\n  a = {\n    # inner\n    b = 1 # b\n  } # a\n}", &[("", "a")], &[]);
    check_members("{\n  (var.k) = 1 # a\n  # b\n  b = 2\n}", &[("", "a"), ("b", "")], &[]);
    check_members("{\n  a = <<EOT\n# no\nEOT\n  # yes\n  b = 1\n}", &[("", ""), ("yes", "")], &[]);
}

#[test]
fn of_objects_in_objects() {
    let Ok(Expression::Object(outer)) =
        "{\n  a = {\n    # inner\n    b = [\n      # deep\n      1\n    ] # list\n  }\n}".parse()
    else {
        panic!("an object")
    };
    let inner = outer.iter().find_map(|(_, it)| it.expr().as_object()).expect("an object in it");
    assert_eq!(
        comments::of_object(inner),
        [Comments { above: vec!["inner".to_owned()], beside: Some("list".to_owned()) }]
    );
    let list = inner.iter().find_map(|(_, it)| it.expr().as_array()).expect("a list in that");
    assert_eq!(comments::of_array(list), [Comments { above: vec!["deep".to_owned()], beside: None }]);
}

#[test]
fn of_lists() {
    check_members("[1, 2]", &[("", ""), ("", "")], &[]);
    check_members(
        "[\n  # one\n  1, # beside one\n  # two\n  2 # beside two\n]",
        &[("one", "beside one"), ("two", "beside two")],
        &[],
    );
    check_members("[\n  1, # one\n  2, # two\n  # last\n]", &[("", "one"), ("", "two")], &["last"]);
    check_members("[\n  1, # one\n  2 # two\n  # last\n]", &[("", "one"), ("", "two")], &["last"]);
    check_members("[ # first\n  1\n]", &[("first", "")], &[]);
    check_members("[1 /* a */, /* b */ 2]", &[("", "a"), ("b", "")], &[]);
    check_members("[1, 2 /* b */]", &[("", ""), ("", "b")], &[]);
    check_members("[\n  1 # one\n  # more\n  , 2\n]", &[("", "one"), ("more", "")], &[]);
    check_members("[ # nothing\n  # here\n]", &[], &["nothing", "here"]);
    check_members("[\r\n  1, # one\r\n  # two\r\n  2,\r\n]", &[("", "one"), ("two", "")], &[]);
    check_members("[\n  { a = 1 }, # one\n  # 3,\n]", &[("", "one")], &["3,"]);
}
