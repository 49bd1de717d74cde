// A corner of a box in voxels.
layout(location = 0) in vec3 a_position;

uniform mat4 u_camera;
uniform mat4 u_pose;
uniform vec3 u_low;
uniform vec3 u_high;

void main() {
    gl_Position = u_camera * u_pose * vec4(mix(u_low, u_high, a_position), 1.0);
}
