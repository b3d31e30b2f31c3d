//! Helpers that templates call where the language's own escaping is not what the place needs.

use handlebars::Context;
use handlebars::Handlebars;
use handlebars::Helper;
use handlebars::HelperResult;
use handlebars::Output;
use handlebars::RenderContext;
use handlebars::RenderErrorReason;
use serde_json::Value;

use crate::template::quote;

/// Registers the helpers that every language has.
pub fn register(registry: &mut Handlebars<'static>) {
    registry.register_helper("bare", Box::new(bare));
    registry.register_helper("word", Box::new(word));
    registry.register_helper("directive", Box::new(directive));
}

/// `{{bare x}}`: a name or path that needs no quoting in any language; anything else is an error.
fn bare(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = parameter(helper)?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._+~-@:".contains(&b);
    if text.is_empty() || !text.bytes().all(plain) {
        return Err(RenderErrorReason::Other(format!("`{text}` cannot stand unquoted")).into());
    }
    out.write(text)?;
    Ok(())
}

/// `{{word x}}`: one word of a unit file's list.
fn word(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&quote::unit_word(parameter(helper)?))?;
    Ok(())
}

/// `{{directive x}}`: a directive of the user's own, `[name, value]`. It stays on its line; its specifiers and
/// quotes are the user's.
fn directive(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let pair = helper.param(0).map(|param| param.value().clone()).unwrap_or_default();
    let (Some(Value::String(name)), Some(Value::String(value))) = (pair.get(0), pair.get(1)) else {
        return Err(RenderErrorReason::Other("a directive is a name and a value".to_owned()).into());
    };
    let line = format!("{name}={value}");
    out.write(quote::text_line(&line).trim_end_matches(['\\', ' ']))?;
    Ok(())
}

fn parameter<'a>(helper: &'a Helper<'_>) -> Result<&'a str, RenderErrorReason> {
    helper
        .param(0)
        .and_then(|param| param.value().as_str())
        .ok_or_else(|| RenderErrorReason::Other(format!("`{}` takes one text", helper.name())))
}
