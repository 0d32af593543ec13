//! Text whose paragraphs are broken into lines for transport (RFC 3676, `format=flowed`).

/// Joins the lines of each paragraph. With `delsp`, the space that marks a broken line is not part of the text. Lines of a quote are
/// joined only with lines of the same depth, and get their marks back.
pub(crate) fn unwrapped(text: &str, delsp: Delsp) -> String {
    let mut out = String::with_capacity(text.len());
    // The depth of the paragraph that the next line may continue.
    let mut open: Option<usize> = None;
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let words = &line[depth..];
        let words = words.strip_prefix(' ').unwrap_or(words);
        let is_signature = words == "-- ";
        if open != Some(depth) || is_signature {
            if open.is_some() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                out.push(' ');
            }
        }
        let is_flowed = words.ends_with(' ') && !is_signature;
        out.push_str(match delsp {
            Delsp::Yes if is_flowed => &words[..words.len() - 1],
            Delsp::Yes | Delsp::No => words,
        });
        if is_flowed {
            open = Some(depth);
        } else {
            out.push('\n');
            open = None;
        }
    }
    // The last line has no end, unless its paragraph was to be continued.
    if out.ends_with('\n') {
        out.pop();
    }
    out
}

/// Whether the space at the end of a broken line is to be deleted: in languages without spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delsp {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_joined_and_quotes_and_signatures_stay() {
        for (given, delsp, expected) in [
            ("a \r\nb\r\nc", Delsp::No, "a b\nc"),
            ("漢 \n字", Delsp::Yes, "漢字"),
            ("> a \n> b\nc", Delsp::No, "> a b\nc"),
            ("> a \nb", Delsp::No, "> a \nb"),
            (">> a \n>> b\n> c", Delsp::No, ">> a b\n> c"),
            ("a \n-- \nname", Delsp::No, "a \n-- \nname"),
            (" >not a quote", Delsp::No, ">not a quote"),
            ("a\n\nb\n", Delsp::No, "a\n\nb\n"),
            ("a ", Delsp::No, "a "),
        ] {
            assert_eq!(unwrapped(given, delsp), expected, "{given:?}");
        }
    }
}
