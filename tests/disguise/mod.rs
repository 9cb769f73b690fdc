//! Pages put together from words: `data` reads them, `page` puts an article and its furniture in order, `style` writes markup.

pub mod data;
pub mod page;
pub mod style;
