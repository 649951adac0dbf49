"""What an update of the dependencies changes, for whoever has to agree to it: from two dist/ folders to Markdown.

comparison   the manifests and scans of before and after, side by side
markdown     the text of the pull request
"""
