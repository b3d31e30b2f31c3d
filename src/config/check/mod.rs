//! From tables to the recipe.
pub(in crate::config) fn recipe(
    _: crate::config::raw::Tables,
) -> Result<crate::config::recipe::Recipe, crate::config::error::Fault> {
    todo!()
}
