export default function () { return { dir: { input: "src", output: process.env.OUT } } }
