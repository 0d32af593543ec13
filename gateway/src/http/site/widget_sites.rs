//! The sites whose pages may embed the widget: sites from the configuration, and sites that an
//! admin has added. All instances see an added site within seconds.

use std::sync::Arc;

use crate::config::{Config, Origin};
use crate::services::DeskSettings;

/// All sites that may embed the widget: the configured sites, and the sites added by admins.
pub(in crate::http) struct WidgetSites {
    configured: Vec<Origin>,
    /// The desk's settings, which contain the sites added by admins. `None` until the database
    /// first responds after startup.
    settings: Option<Arc<DeskSettings>>,
}

impl WidgetSites {
    pub(in crate::http) fn new(config: &Config, settings: Option<Arc<DeskSettings>>) -> Self {
        Self {
            configured: config.pages.widget_sites.clone(),
            settings,
        }
    }

    /// All sites that may embed the widget. A stored text that is not a valid origin can only have
    /// been written with SQL, and is ignored.
    pub(super) async fn all(&self) -> Vec<Origin> {
        let mut sites = self.configured.clone();
        if let Some(settings) = &self.settings {
            let widget = settings.widget().await;
            let added = widget.sites.iter().filter_map(|site| site.parse().ok());
            sites.extend(added.filter(|site| !self.configured.contains(site)));
        }
        sites
    }
}
