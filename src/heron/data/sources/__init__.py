"""Where rows come from: arrays, folders of files, tables."""
