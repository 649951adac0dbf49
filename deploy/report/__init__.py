"""A page about a layer, for people: one HTML file that needs nothing else, on a screen, on paper, without network.

    data         what is known of a layer, and how it differs from another  →  ReportData
    tree           its folders and files, and what each is for
    native         its shared objects against the runtime
    provenance     where it comes from
    page         ReportData  →  HTML, with page.html, page.css, squarify.js, treemap.js and tables.js
    space          the map, and the same as tables
    sections       packages, trimming, imports
    needs          native libraries
    compared       what changed
    tables         tables, and what stands in their cells
    markup         elements whose text cannot become markup

The same inputs give the same bytes: no time, no machine, no folder outside of the project is written into it.
"""
