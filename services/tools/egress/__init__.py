"""The only way out for pages: a proxy of our own, which the fetcher and the browser go through."""
