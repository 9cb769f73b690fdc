//! Pages put together from words: `data` reads them, `page` puts an article and its furniture in order, `style` and `unusual` write
//! markup.

pub mod data;
pub mod page;
pub mod style;
pub mod unusual;
