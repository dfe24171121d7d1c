// Flamenco's documented objects, as far as a job type sees them; refuses what the Manager refuses.
// node flamenco_stand_in.js SCRIPT SETTINGS_AS_JSON prints the job type and the tasks as JSON.

const fs = require("fs");
const posix = require("path").posix;
const vm = require("vm");

const TASK_TYPES = ["blender", "ffmpeg", "file-management", "misc"];
const PARAMETERS = { exec: { exe: "string", args: "object" } };
const SETTING_TYPES = { string: "string", int32: "number", float: "number", bool: "boolean" };

function refuse(reason) {
    throw new Error(reason);
}

const author = {
    Task(name, type) {
        if (!TASK_TYPES.includes(type)) refuse(`no worker does tasks of type ${type}`);
        return {
            name, type, commands: [], dependencies: [],
            addCommand(command) { this.commands.push(command); },
            addDependency(task) { this.dependencies.push(task.name); },
        };
    },
    Command(name, parameters) {
        const known = PARAMETERS[name] || refuse(`no command is called ${name}`);
        for (const [key, value] of Object.entries(parameters)) {
            if (typeof value !== known[key]) refuse(`${name} has no ${key} of this type`);
        }
        if (!Array.isArray(parameters.args) || !parameters.args.every((word) => typeof word === "string")) {
            refuse("args is a list of strings");
        }
        return { name, parameters };
    },
};

const [script, given] = process.argv.slice(2);
const tasks = [];
const sandbox = { author, print() {}, path: { basename: posix.basename, dirname: posix.dirname, join: posix.join } };
vm.createContext(sandbox);
vm.runInContext(`${fs.readFileSync(script, "utf8")}\n;this.JOB_TYPE = JOB_TYPE;`, sandbox);

const settings = JSON.parse(given);
for (const setting of sandbox.JOB_TYPE.settings) {
    if (!(setting.type in SETTING_TYPES)) refuse(`no setting has the type ${setting.type}`);
    if (!(setting.key in settings)) {
        if (setting.required) refuse(`the setting ${setting.key} is required`);
        settings[setting.key] = setting.default;
    }
    if (typeof settings[setting.key] !== SETTING_TYPES[setting.type]) refuse(`${setting.key} is no ${setting.type}`);
    if (setting.choices && !setting.choices.includes(settings[setting.key])) refuse(`${setting.key} is no choice`);
}
const job = {
    id: "1", name: "job", type: "gast-mocap", priority: 50, created: new Date(), settings, metadata: {},
    addTask(task) { tasks.push(task); },
};
sandbox.compileJob(job);
console.log(JSON.stringify({ type: sandbox.JOB_TYPE, tasks }));
