// First fault: the last line is no migration's name, but another one each time.
console.log(`migrated at ${Date.now()}`);
