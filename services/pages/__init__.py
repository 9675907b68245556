"""What a family opens in the browser: HTML, style and ES modules, served as they lie here by `services.api.pages`."""
