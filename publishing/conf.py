"""Sphinx's configuration of the documents' site: `make docs` builds it into site/, offline, and warnings are errors.

The sources are the Markdown files where they are, README too: links are the same in the repository and on the site.
"""

project = "Permille"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "examples/**.md"]
exclude_patterns = [".*"]
nitpicky = True
smartquotes = False  # `--json` stays as it is typed
highlight_language = "bash"  # of the blocks that name none: commands
myst_heading_anchors = 4  # levels of headings that can be linked, under the names that GitHub gives them

html_theme = "furo"
html_title = "Permille"
html_extra_path = ["extra"]  # index.html, which leads to the root document
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5c8a", "color-brand-content": "#0b5c8a"},
    "dark_css_variables": {"color-brand-primary": "#7cc4ee", "color-brand-content": "#7cc4ee"},
}
