/** The directions in which the folders of src/ may import each other. See DESIGN.md. */
const only = (name, from, to, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: to },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    only(
      "shared-knows-nothing",
      "^src/shared/",
      "^src/(cli|evaluation|game|narrator|model|ui)/",
      "shared imports no sibling",
    ),
    only(
      "model-knows-no-stories",
      "^src/model/",
      "^src/(cli|evaluation|game|narrator|ui)/",
      "model imports shared only",
    ),
    only(
      "game-states-what-it-needs",
      "^src/game/",
      "^src/(cli|evaluation|narrator|model|ui)/",
      "game imports shared only",
    ),
    {
      name: "narrator-sees-types-only",
      comment: "the narrator sees the game and the model as types",
      severity: "error",
      from: { path: "^src/narrator/" },
      to: { path: "^src/(cli|evaluation|ui|game|model)/", pathNot: "^src/(game/ports|model/types)\\.ts$" },
    },
    {
      name: "ui-knows-the-protocol-only",
      severity: "error",
      from: { path: "^src/ui/" },
      to: { path: "^src/(cli|game|narrator|model)/", pathNot: "^src/game/protocol\\.ts$" },
    },
    {
      name: "evaluation-plays-without-front-end",
      severity: "error",
      from: { path: "^src/evaluation/" },
      to: { path: "^src/(cli|ui)/" },
    },
    {
      name: "onnxruntime-in-model",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/model/" },
      to: { path: "node_modules/(onnxruntime-node|onnxruntime-common|@huggingface/tokenizers)" },
    },
    {
      name: "blessed-in-one-folder",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/ui/blessed/" },
      to: { path: "node_modules/(@types/)?blessed/" },
    },
    {
      name: "inkjs-in-one-file",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/game/story/ink\\.ts$" },
      to: { path: "node_modules/inkjs/" },
    },
    {
      name: "lowdb-in-one-file",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/game/saves/save-store\\.ts$" },
      to: { path: "node_modules/lowdb/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|test|bench)/" },
  },
};
