// Does nothing until its parent leaves: what its event loop is late, the machine is.
process.on("disconnect", () => process.exit());
process.channel?.ref();
setInterval(() => undefined, 2 ** 30);
