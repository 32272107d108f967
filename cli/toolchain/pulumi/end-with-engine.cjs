// A provider whose engine was killed is told by nobody: it ends when another process has become its parent.
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit(1);
}, 1000).unref();
