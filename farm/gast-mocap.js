// A job type for Flamenco, Blender's own render farm: each video is a task, done by whichever worker is free.
//
// Put this file into the folder `scripts` beside Flamenco Manager. In flamenco-manager.yaml, define the variable
// `gast_mocap_python`: the Python on each kind of worker that has the libraries of the command line. The workers must
// reach videos, takes and the folder of this project under the paths that the job names.

const JOB_TYPE = {
    label: "GAST Mocap",
    description: "Motion capture of many videos: a take for each",
    settings: [
        {
            key: "videos", type: "string", required: true,
            description: "The videos, or patterns such as /shots/*.mp4, separated by semicolons; a task for each",
        },
        {
            key: "takes_folder", type: "string", subtype: "dir_path", required: true,
            description: "Where the takes are saved; those that are there are kept",
        },
        {
            key: "project_folder", type: "string", subtype: "dir_path", required: true,
            description: "The folder that holds gast_mocap/, as the workers see it",
        },
        {
            key: "quality", type: "string", choices: ["fast", "balanced", "best"], default: "balanced",
            description: "Speed against accuracy",
        },
    ],
};

// Python's -m looks in the current folder, which a Flamenco command cannot choose.
const START = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); " +
    "runpy.run_module('gast_mocap.inference', run_name='__main__')";

function compileJob(job) {
    const settings = job.settings;
    const videos = settings.videos.split(";").map((video) => video.trim()).filter((video) => video !== "");
    if (videos.length === 0) {
        throw "Name at least one video.";
    }
    videos.forEach((video) => job.addTask(taskOf(video, settings)));
}

function taskOf(video, settings) {
    const task = author.Task("mocap-" + path.basename(video), "misc");
    task.addCommand(author.Command("exec", {
        exe: "{gast_mocap_python}",
        args: [
            "-c", START, settings.project_folder,
            "--out-dir", settings.takes_folder, "--quality", settings.quality, "--", video,
        ],
    }));
    return task;
}
